import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { listByCreation } from '../../platform/database/list-by-creation.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import { Choice, KeyText, Uuid } from '../../platform/http/fields.js';
import { type Page, PageQuery, pageOf } from '../../platform/http/page.js';
import { DecisionGateEntity } from './decision-gate.entity.js';
import { gateOnWire } from './gate-on-wire.js';
import { type GateResponse, gateStatuses, gateTypes } from './gate.response.js';

/** What a list of gates may be narrowed to. */
export class GateFilterQuery extends PageQuery {
  @Choice(gateStatuses, { optional: true })
  readonly status?: string;

  @Choice(gateTypes, { optional: true })
  readonly gate_type?: string;

  @KeyText({ optional: true })
  readonly stage?: string;

  @Uuid({ optional: true })
  readonly run_id?: string;
}

/** A tenant's gates, oldest first. */
export class ListGates extends Query<Page<GateResponse>> {
  constructor(
    readonly tenantId: string,
    readonly filter: GateFilterQuery,
  ) {
    super();
  }
}

@QueryHandler(ListGates)
export class ListGatesHandler implements IQueryHandler<ListGates> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, filter }: ListGates): Promise<Page<GateResponse>> {
    const { limit } = filter;
    const where = {
      status: filter.status,
      gateType: filter.gate_type,
      stage: filter.stage,
      runId: filter.run_id,
    };
    const asked = { tenantId, where, after: creationIn(filter.after), limit: limit + 1 };
    const rows = await this.database.tenant(tenantId, (manager) => listByCreation(manager, DecisionGateEntity, asked));
    const { items, next } = pageOf(rows, limit, ({ createdAt, id }) => [createdAt, id]);
    return { items: items.map(gateOnWire), next };
  }
}
