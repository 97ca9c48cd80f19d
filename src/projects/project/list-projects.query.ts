import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { type Page, type PageQuery, pageOf } from '../../platform/http/page.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import { projectOnWire } from './project-on-wire.js';
import { listProjects } from './project.query.js';
import type { ProjectResponse } from './project.response.js';

/** A tenant's projects, oldest first. */
export class ListProjects extends Query<Page<ProjectResponse>> {
  constructor(
    readonly tenantId: string,
    readonly page: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ListProjects)
export class ListProjectsHandler implements IQueryHandler<ListProjects> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, page: { limit, after } }: ListProjects): Promise<Page<ProjectResponse>> {
    const asked = { after: creationIn(after), limit: limit + 1 };
    const rows = await this.database.tenant(tenantId, (manager) => listProjects(manager, tenantId, asked));
    const { items, next } = pageOf(rows, limit, ({ project }) => [project.createdAt, project.id]);
    return { items: items.map(({ project, run }) => projectOnWire(project, run)), next };
  }
}
