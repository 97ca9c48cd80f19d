import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { projectOnWire } from './project-on-wire.js';
import { findProject } from './project.query.js';
import type { ProjectResponse } from './project.response.js';

/** One project, with where it stands. */
export class GetProject extends Query<ProjectResponse> {
  constructor(
    readonly tenantId: string,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(GetProject)
export class GetProjectHandler implements IQueryHandler<GetProject> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, id }: GetProject): Promise<ProjectResponse> {
    const found = await this.database.tenant(tenantId, (manager) => findProject(manager, tenantId, id));
    if (found === null) throw refuse('project-not-found', `There is no project ${id}.`);
    return projectOnWire(found.project, found.run);
  }
}
