import { Module } from '@nestjs/common';
import { ReadModels, inlineReadModels } from '../platform/projections/read-models.js';
import { CandidateExistsHandler } from './candidate/candidate-exists.query.js';
import { GetCandidateHandler } from './candidate/get-candidate.query.js';
import { ListCandidatesHandler } from './candidate/list-candidates.query.js';
import { candidateStream } from './candidate-stream.js';
import { CandidatesController } from './candidates.controller.js';
import { CreateJobProfileHandler } from './commands/create-job-profile.js';
import { RegisterCandidateHandler } from './commands/register-candidate.js';
import { GetJobProfileHandler } from './job-profile/get-job-profile.query.js';
import { JobProfileExistsHandler } from './job-profile/job-profile-exists.query.js';
import { ListJobProfilesHandler } from './job-profile/list-job-profiles.query.js';
import { jobProfileStream } from './job-profile-stream.js';
import { JobProfilesController } from './job-profiles.controller.js';

/** The subjects of a hiring run: candidates, and the job profiles they apply for. */
@Module({
  controllers: [JobProfilesController, CandidatesController],
  providers: [
    CreateJobProfileHandler,
    GetJobProfileHandler,
    ListJobProfilesHandler,
    JobProfileExistsHandler,
    RegisterCandidateHandler,
    GetCandidateHandler,
    ListCandidatesHandler,
    CandidateExistsHandler,
  ],
})
export class HiringModule {
  constructor(readModels: ReadModels) {
    readModels.register(...inlineReadModels(candidateStream), ...inlineReadModels(jobProfileStream));
  }
}
