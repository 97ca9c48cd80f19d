import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { ProjectNames } from '../contract.js';

@QueryHandler(ProjectNames)
export class ProjectNamesHandler implements IQueryHandler<ProjectNames, ReadonlyMap<string, string>> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, ids }: ProjectNames): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<{ id: string; name: string }>(tenantId, NAMES, [tenantId, ids]);
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

const NAMES = {
  name: 'project_names',
  text: 'select id, name from projects where tenant_id = $1 and id = any ($2::uuid[])',
};
