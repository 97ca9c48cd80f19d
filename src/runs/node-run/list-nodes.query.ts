import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { KeyText, Whole } from '../../platform/http/fields.js';
import { type Page, PageQuery, pageOf, positionIn } from '../../platform/http/page.js';
import type { NodeRunResponse } from './node.response.js';

/** Characters of what is shown as one node's input, as JSON. */
const MAX_INPUT_LENGTH = 65_536;

/** What a list of nodes may be narrowed to. */
export class NodeFilterQuery extends PageQuery {
  @KeyText({ optional: true })
  readonly stage?: string;

  @Whole({
    min: 1,
    optional: true,
    description: 'Only what that attempt of a graph ran. Defaults to how each node ended last.',
  })
  readonly attempt?: number;
}

/** The nodes of a run's graphs, in the order of the definition. */
export class ListNodes extends Query<Page<NodeRunResponse>> {
  constructor(
    readonly tenantId: string,
    readonly runId: string,
    readonly filter: NodeFilterQuery,
  ) {
    super();
  }
}

type Times = 'due_at' | 'started_at' | 'completed_at';
type Row = Omit<NodeRunResponse, Times | 'duration_ms'> &
  Readonly<Record<Times, Date | null> & { duration_ms: string | null; number: number; place: number }>;

@QueryHandler(ListNodes)
export class ListNodesHandler implements IQueryHandler<ListNodes> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, runId, filter }: ListNodes): Promise<Page<NodeRunResponse>> {
    const { limit, stage = null, attempt = null } = filter;
    const [number, place] = positionIn(filter.after, [Number.isSafeInteger, Number.isSafeInteger]) ?? [0, 0];
    const values = [runId, tenantId, stage, attempt, number, place, limit + 1, MAX_INPUT_LENGTH];
    const rows = await this.database.query<Row>(tenantId, NODES, values);
    if (rows.length === 0) await this.requireRun(tenantId, runId);
    const { items, next } = pageOf(rows, limit, (row) => [row.number, row.place]);
    return { items: items.map(nodeOnWire), next };
  }

  private async requireRun(tenantId: string, runId: string): Promise<void> {
    const found = await this.database.query(tenantId, RUN, [runId, tenantId]);
    if (found.length === 0) throw refuse('run-not-found', `There is no run ${runId}.`);
  }
}

function nodeOnWire({ number: _number, place: _place, ...row }: Row): NodeRunResponse {
  return {
    ...row,
    duration_ms: row.duration_ms === null ? null : Number(row.duration_ms),
    due_at: row.due_at?.toISOString() ?? null,
    started_at: row.started_at?.toISOString() ?? null,
    completed_at: row.completed_at?.toISOString() ?? null,
  };
}

// The page is cut from the definition first; only then are its nodes looked up.
const NODES = {
  name: 'list_nodes',
  text: `
    with page as materialized (
      select g.stage, g.number, g.first_attempt, n.place::int as place, n.node ->> 'id' as id, n.node ->> 'type' as type,
        n.node ->> 'name' as name,
        case when r.status in ('running', 'parked') and s.state in ('created', 'in_progress') then 'pending' else 'cancelled' end as unbegun
      from stage_graphs g
      join pipeline_runs r on r.id = g.run_id
      join stage_configs s on s.run_id = g.run_id and s.key = g.stage
      cross join lateral jsonb_array_elements(g.nodes) with ordinality n (node, place)
      where g.run_id = $1 and g.tenant_id = $2 and ($3::text is null or g.stage = $3) and (g.number, n.place) > ($5::int, $6::bigint)
        and ($4::int is null or exists (
          select from node_runs x
          where x.run_id = $1 and x.stage = g.stage and x.node_id = n.node ->> 'id' and x.attempt = $4))
      order by g.number, n.place limit $7
    )
    select p.number, p.place, p.id as node_id, p.stage, p.type, p.name, coalesce(nullif(n.status, 'pending'), p.unbegun) as status,
      node_input($1, p.stage, n.because, n.attempt, $8) as input, n.output, n.error, n.skip_reason, n.because,
      coalesce(n.retry_count, 0) as retry_count, n.due_at, n.duration_ms, n.started_at, n.completed_at, n.job_id, n.attempt
    from page p left join lateral (
      select * from node_runs x
      where x.run_id = $1 and x.stage = p.stage and x.node_id = p.id
        and case when $4::int is null then x.attempt >= p.first_attempt else x.attempt = $4 end
      order by x.attempt desc limit 1
    ) n on true
    order by p.number, p.place`,
};

const RUN = { name: 'run_exists', text: 'select from pipeline_runs where id = $1 and tenant_id = $2' };
