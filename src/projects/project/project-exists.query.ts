import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { ProjectExists } from '../contract.js';
import { findProject } from './project.query.js';

@QueryHandler(ProjectExists)
export class ProjectExistsHandler implements IQueryHandler<ProjectExists, boolean> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, projectId }: ProjectExists): Promise<boolean> {
    return (await this.database.tenant(tenantId, (manager) => findProject(manager, tenantId, projectId))) !== null;
  }
}
