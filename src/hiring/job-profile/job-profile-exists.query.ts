import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { JobProfileExists } from '../contract.js';
import { JobProfileEntity } from './job-profile.entity.js';

@QueryHandler(JobProfileExists)
export class JobProfileExistsHandler implements IQueryHandler<JobProfileExists, boolean> {
  constructor(private readonly database: Database) {}

  execute({ tenantId, jobProfileId: id }: JobProfileExists): Promise<boolean> {
    return this.database.tenant(tenantId, (manager) => manager.existsBy(JobProfileEntity, { id, tenantId }));
  }
}
