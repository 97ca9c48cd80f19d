import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { JobProfileEntity } from './job-profile.entity.js';
import { type JobProfileResponse, jobProfileOnWire } from './job-profile.response.js';

/** One job profile. */
export class GetJobProfile extends Query<JobProfileResponse> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetJobProfile)
export class GetJobProfileHandler implements IQueryHandler<GetJobProfile> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, id }: GetJobProfile): Promise<JobProfileResponse> {
    const row = await this.database.tenant(tenantId, (manager) =>
      manager.findOneBy(JobProfileEntity, { id, tenantId }),
    );
    if (row === null) throw refuse('job-profile-not-found', `There is no job profile ${id}.`);
    return jobProfileOnWire(row);
  }
}
