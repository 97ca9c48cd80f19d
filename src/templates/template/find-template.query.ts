import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { FindTemplate } from '../contract.js';
import { TemplateEntity } from './template.entity.js';
import type { TemplateRow } from './template.projection.js';

@QueryHandler(FindTemplate)
export class FindTemplateHandler implements IQueryHandler<FindTemplate, TemplateRow | null> {
  constructor(private readonly database: Database) {}

  execute({ tenantId, key, version }: FindTemplate): Promise<TemplateRow | null> {
    const where = { tenantId, key, ...(version === null ? {} : { version }) };
    return this.database.tenant(tenantId, (manager) =>
      manager.findOne(TemplateEntity, { where, order: { version: 'DESC' } }),
    );
  }
}
