import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { listByCreation } from '../../platform/database/list-by-creation.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import type { Caller } from '../../kernel/command-context.js';
import { Choice, Flag, KeyText, Uuid } from '../../platform/http/fields.js';
import { type Page, PageQuery, pageOf } from '../../platform/http/page.js';
import { decidingAs } from '../commands/act-on-run.js';
import { DecisionGateEntity } from './decision-gate.entity.js';
import { gateOnWire } from './gate-on-wire.js';
import { GateSettings } from './gate-setting.js';
import { waitsFor } from './waits-for.js';
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

  @Flag({ optional: true, description: 'Only those that wait for you: you may decide, and nothing was said for you.' })
  readonly mine?: boolean;
}

/** A tenant's gates as a caller sees them, oldest first. */
export class ListGates extends Query<Page<GateResponse>> {
  constructor(
    readonly caller: Caller,
    readonly filter: GateFilterQuery,
    readonly now: string,
  ) {
    super();
  }
}

@QueryHandler(ListGates)
export class ListGatesHandler implements IQueryHandler<ListGates> {
  constructor(
    private readonly database: Database,
    private readonly settings: GateSettings,
  ) {}

  async execute({ caller, filter, now }: ListGates): Promise<Page<GateResponse>> {
    const { tenantId } = caller;
    const { limit } = filter;
    const by = decidingAs(caller);
    const where = {
      status: filter.status,
      gateType: filter.gate_type,
      stage: filter.stage,
      runId: filter.run_id,
    };
    const mine = filter.mine === true ? { and: waitsFor(by, now) } : {};
    const asked = { tenantId, where, after: creationIn(filter.after), limit: limit + 1, ...mine };
    const rows = await this.database.tenant(tenantId, (manager) => listByCreation(manager, DecisionGateEntity, asked));
    const { items, next } = pageOf(rows, limit, ({ createdAt, id }) => [createdAt, id]);
    const settings = await this.settings.of(tenantId, items);
    return { items: items.map((gate) => gateOnWire(gate, { setting: settings.get(gate.id), by, now })), next };
  }
}
