import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import { Choice, KeyText, Text, Uuid, Whole } from '../../platform/http/fields.js';
import { type Page, pageOf } from '../../platform/http/page.js';
import { ExplainedRuns } from './explained-runs.js';
import type { WhyResponse } from './why.response.js';

/** Runs that may go on; without a word about it, those that are running or parked. */
export const openStatuses = ['running', 'parked', 'failed', 'timeout'] as const;

/** What the list may be narrowed to. Each run is loaded to be explained, so a page is shorter than those of other lists. */
export class WaitingFilterQuery {
  @Whole({ min: 1, max: 50, optional: true, default: 20, description: 'How many items at most.' })
  readonly limit: number = 20;

  @Text({ max: 1000, optional: true, description: '`next` of the page before; nothing for the first page.' })
  readonly after?: string;

  @Choice(openStatuses, { optional: true, description: 'Without it, runs that are running or parked.' })
  readonly status?: string;

  @KeyText({ optional: true })
  readonly template?: string;

  @KeyText({ optional: true, description: 'The stage they stand at.' })
  readonly stage?: string;

  @Uuid({ optional: true })
  readonly project_id?: string;
}

/** A tenant's open runs with what each waits for, oldest first. */
export class ListWaiting extends Query<Page<WhyResponse>> {
  constructor(
    readonly tenantId: string,
    readonly filter: WaitingFilterQuery,
  ) {
    super();
  }
}

type Row = Readonly<{ id: string; created_at: Date }>;

@QueryHandler(ListWaiting)
export class ListWaitingHandler implements IQueryHandler<ListWaiting> {
  constructor(
    private readonly database: Database,
    private readonly runs: ExplainedRuns,
  ) {}

  async execute({ tenantId, filter }: ListWaiting): Promise<Page<WhyResponse>> {
    const { limit, status, template = null, stage = null, project_id: projectId = null } = filter;
    const after = creationIn(filter.after);
    const statuses = status === undefined ? ['running', 'parked'] : [status];
    const narrowed = [tenantId, statuses, template, stage, projectId];
    const values = [...narrowed, after?.createdAt ?? null, after?.id ?? null, limit + 1];
    const rows = await this.database.query<Row>(tenantId, OPEN, values);
    const { items, next } = pageOf(rows, limit, (row) => [row.created_at.toISOString(), row.id]);
    const ids = items.map(({ id }) => id);
    return { items: await this.runs.explain(tenantId, ids), next };
  }
}

const OPEN = {
  name: 'open_runs',
  text: `select id, created_at from pipeline_runs
    where tenant_id = $1 and status = any ($2) and ($3::text is null or template_key = $3)
      and ($4::text is null or current_stage = $4) and ($5::uuid is null or project_id = $5)
      and ($6::timestamptz is null or (created_at, id) > ($6, $7::uuid))
    order by created_at, id limit $8`,
};
