import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { listByCreation } from '../../platform/database/list-by-creation.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import { type Page, type PageQuery, pageOf } from '../../platform/http/page.js';
import { JobProfileEntity } from './job-profile.entity.js';
import { type JobProfileResponse, jobProfileOnWire } from './job-profile.response.js';

/** A tenant's job profiles, oldest first. */
export class ListJobProfiles extends Query<Page<JobProfileResponse>> {
  constructor(
    readonly tenantId: string,
    readonly page: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ListJobProfiles)
export class ListJobProfilesHandler implements IQueryHandler<ListJobProfiles> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, page: { limit, after } }: ListJobProfiles): Promise<Page<JobProfileResponse>> {
    const asked = { tenantId, where: {}, after: creationIn(after), limit: limit + 1 };
    const rows = await this.database.tenant(tenantId, (manager) => listByCreation(manager, JobProfileEntity, asked));
    const { items, next } = pageOf(rows, limit, ({ createdAt, id }) => [createdAt, id]);
    return { items: items.map(jobProfileOnWire), next };
  }
}
