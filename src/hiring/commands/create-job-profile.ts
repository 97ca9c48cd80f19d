import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { jobProfileStream } from '../job-profile-stream.js';
import { jobProfiles, type JobProfileRow } from '../job-profile/job-profile.projection.js';
import { jobProfileOnWire } from '../job-profile/job-profile.response.js';
import type { CreateJobProfileRequest } from './create-job-profile.request.js';
import { newId } from '../../platform/new-id.js';

/** Describe a job to apply for. */
export class CreateJobProfile extends Command<Outcome> {
  constructor(
    readonly request: CreateJobProfileRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CreateJobProfile)
export class CreateJobProfileHandler implements ICommandHandler<CreateJobProfile> {
  constructor(private readonly executor: CommandExecutor) {}

  execute({ request, context }: CreateJobProfile): Promise<Outcome> {
    const id = newId();
    const { title, level = null, skills = [], description = null } = request;
    return this.executor.execute(jobProfileStream, {
      streamId: id,
      isNew: true,
      command: { type: 'create_job_profile', data: { title, level, skills, description } },
      context,
      answer: (rows) => ({
        kind: 'created',
        noun: 'job_profile',
        location: `/job-profiles/${id}`,
        body: jobProfileOnWire(rows[jobProfiles.name]?.get(id) as JobProfileRow),
      }),
    });
  }
}
