import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { type Page, type PageQuery, pageOf, positionIn } from '../../platform/http/page.js';
import { TemplateEntity } from './template.entity.js';
import type { TemplateRow } from './template.projection.js';

/** The latest version of each of a tenant's templates, by key. */
export class ListTemplates extends Query<Page<TemplateRow>> {
  constructor(
    readonly tenantId: string,
    readonly page: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ListTemplates)
export class ListTemplatesHandler implements IQueryHandler<ListTemplates> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, page: { limit, after } }: ListTemplates): Promise<Page<TemplateRow>> {
    const position = positionIn(after, [(value) => typeof value === 'string']);
    const rows = await this.database.tenant(tenantId, (manager) =>
      manager
        .createQueryBuilder(TemplateEntity, 't')
        .distinctOn(['t.key'])
        .where('t.tenantId = :tenantId and t.key > :after', { tenantId, after: String(position?.[0] ?? '') })
        .orderBy('t.key')
        .addOrderBy('t.version', 'DESC')
        .limit(limit + 1)
        .getMany(),
    );
    return pageOf(rows, limit, ({ key }) => [key]);
  }
}
