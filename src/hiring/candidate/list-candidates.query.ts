import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { listByCreation } from '../../platform/database/list-by-creation.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import { type Page, type PageQuery, pageOf } from '../../platform/http/page.js';
import { PersonKeys } from '../../platform/personal-data/person-keys.js';
import { candidateOnWire } from './candidate-on-wire.js';
import { CandidateEntity } from './candidate.entity.js';
import type { CandidateResponse } from './candidate.response.js';

/** A tenant's candidates, oldest first. */
export class ListCandidates extends Query<Page<CandidateResponse>> {
  constructor(
    readonly tenantId: string,
    readonly page: PageQuery,
  ) {
    super();
  }
}

@QueryHandler(ListCandidates)
export class ListCandidatesHandler implements IQueryHandler<ListCandidates> {
  constructor(
    private readonly database: Database,
    private readonly keys: PersonKeys,
  ) {}

  async execute({ tenantId, page: { limit, after } }: ListCandidates): Promise<Page<CandidateResponse>> {
    const asked = { tenantId, where: {}, after: creationIn(after), limit: limit + 1 };
    const rows = await this.database.tenant(tenantId, (manager) => listByCreation(manager, CandidateEntity, asked));
    const { items, next } = pageOf(rows, limit, ({ createdAt, id }) => [createdAt, id]);
    const ids = items.map(({ id }) => id);
    const keys = await this.keys.find(tenantId, ids);
    return { items: items.map((row) => candidateOnWire(row, keys)), next };
  }
}
