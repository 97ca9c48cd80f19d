import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Text } from '../../platform/http/fields.js';
import { PageQuery, pageOf, positionIn } from '../../platform/http/page.js';
import { RunHistory } from '../run-history.js';
import { currentFacts, type FactEntry, factsHistory, type Statement } from './facts-history.policy.js';
import type { FactHistoryResponse, FactResponse, FactStatementResponse } from './facts.response.js';

/** What a list of facts may be narrowed to. */
export class FactFilterQuery extends PageQuery {
  @Text({ optional: true, max: 500, description: 'Only the fact of that name.' })
  readonly key?: string;
}

/** Every fact that was recorded on a run, oldest first, and those that count now. */
export class ListFacts extends Query<FactHistoryResponse> {
  constructor(
    readonly tenantId: string,
    readonly runId: string,
    readonly filter: FactFilterQuery,
  ) {
    super();
  }
}

@QueryHandler(ListFacts)
export class ListFactsHandler implements IQueryHandler<ListFacts> {
  constructor(private readonly history: RunHistory) {}

  async execute({ tenantId, runId, filter: { limit, after, key: wanted } }: ListFacts): Promise<FactHistoryResponse> {
    const [version, name] = positionIn(after, [Number.isSafeInteger, isText]) ?? [0, ''];
    const history = factsHistory(await this.history.factsOf(tenantId, runId));
    const rows = history.toSorted(byPlace).filter((entry) => isAfter(entry, Number(version), String(name)));
    const asked = wanted === undefined ? rows : rows.filter(({ key }) => key === wanted);
    const { items, next } = pageOf(asked, limit, (entry) => [entry.version, entry.key]);
    return { current: currentFacts(history), items: items.map(factOnWire), next };
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function byPlace(one: FactEntry, other: FactEntry): number {
  return one.version - other.version || (one.key < other.key ? -1 : 1);
}

function isAfter({ version, key }: FactEntry, after: number, name: string): boolean {
  return version > after || (version === after && key > name);
}

function factOnWire(entry: FactEntry): FactResponse {
  const { key, trigger, occurredAt, conflictsWith, supersededBy } = entry;
  return {
    key,
    trigger,
    ...statementOnWire(entry),
    occurred_at: occurredAt,
    conflicts_with: conflictsWith === null ? null : statementOnWire(conflictsWith),
    superseded_by: supersededBy === null ? null : statementOnWire(supersededBy),
  };
}

function statementOnWire({ value, actor, recordedAt, eventId, version }: Statement): FactStatementResponse {
  return {
    value,
    actor_type: actor.type,
    actor_id: actor.id,
    recorded_at: recordedAt,
    event_id: eventId,
    version,
  };
}
