import { Module } from '@nestjs/common';
import { ReadModels, inlineReadModels } from '../platform/projections/read-models.js';
import { ActOnJobHandler } from './jobs/act-on-job.js';
import { FindJobsHandler } from './jobs/find-jobs.query.js';
import { CompleteJobsHandler } from './jobs/complete-jobs.js';
import { FoundJobs } from './jobs/found-jobs.js';
import { Heartbeats } from './jobs/heartbeats.js';
import { JobArchive } from './jobs/job-archive.js';
import { JobClaims } from './jobs/job-claims.js';
import { jobStream } from './jobs/job-stream.js';
import { JobsController } from './jobs/jobs.controller.js';
import { LeaseSweeper } from './jobs/lease-sweeper.js';
import { ListJobsHandler } from './jobs/list-jobs.query.js';
import { QueueJobHandler } from './jobs/queue-job.js';
import { QueueJobsHandler } from './jobs/queue-jobs.js';
import { UnsharedJobs } from './jobs/unshared-jobs.js';
import { WaitingClaims } from './jobs/waiting-claims.js';
import { WorkerProtocolController } from './jobs/worker-protocol.controller.js';
import { WorkerLoop } from './worker/worker-loop.js';

/** Jobs: queued, claimed and done by workers, in this process and elsewhere. */
@Module({
  controllers: [WorkerProtocolController, JobsController],
  providers: [
    ActOnJobHandler,
    QueueJobHandler,
    QueueJobsHandler,
    CompleteJobsHandler,
    ListJobsHandler,
    FindJobsHandler,
    FoundJobs,
    UnsharedJobs,
    JobClaims,
    WaitingClaims,
    Heartbeats,
    LeaseSweeper,
    JobArchive,
    WorkerLoop,
  ],
  exports: [LeaseSweeper, JobArchive, WorkerLoop],
})
export class WorkModule {
  constructor(readModels: ReadModels) {
    readModels.register(...inlineReadModels(jobStream));
  }
}
