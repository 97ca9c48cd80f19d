import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../../platform/database/database.js';
import { listByCreation } from '../../platform/database/list-by-creation.js';
import { creationIn } from '../../platform/http/creation-cursor.js';
import { Choice, KeyText, Uuid } from '../../platform/http/fields.js';
import { type Page, PageQuery, pageOf } from '../../platform/http/page.js';
import { PipelineRunEntity } from './pipeline-run.entity.js';
import { runOnWire } from './run-on-wire.js';
import { type RunResponse, runStatuses, waitReasons } from './run.response.js';

/** What a list of runs may be narrowed to. */
export class RunFilterQuery extends PageQuery {
  @Choice(runStatuses, { optional: true })
  readonly status?: string;

  @KeyText({ optional: true })
  readonly template?: string;

  @KeyText({ optional: true, description: 'The stage they stand at.' })
  readonly stage?: string;

  @Choice(waitReasons, { optional: true })
  readonly waiting_on?: string;

  @Uuid({ optional: true })
  readonly project_id?: string;

  @Uuid({ optional: true })
  readonly candidate_id?: string;

  @Uuid({ optional: true })
  readonly job_profile_id?: string;
}

/** A tenant's runs, oldest first. */
export class ListRuns extends Query<Page<RunResponse>> {
  constructor(
    readonly tenantId: string,
    readonly filter: RunFilterQuery,
  ) {
    super();
  }
}

@QueryHandler(ListRuns)
export class ListRunsHandler implements IQueryHandler<ListRuns> {
  constructor(private readonly database: Database) {}

  async execute({ tenantId, filter }: ListRuns): Promise<Page<RunResponse>> {
    const { limit } = filter;
    const where = {
      status: filter.status,
      templateKey: filter.template,
      currentStage: filter.stage,
      waitingOn: filter.waiting_on,
      projectId: filter.project_id,
      candidateId: filter.candidate_id,
      jobProfileId: filter.job_profile_id,
    };
    const asked = { tenantId, where, after: creationIn(filter.after), limit: limit + 1 };
    const rows = await this.database.tenant(tenantId, (manager) => listByCreation(manager, PipelineRunEntity, asked));
    const { items, next } = pageOf(rows, limit, ({ createdAt, id }) => [createdAt, id]);
    return { items: items.map(runOnWire), next };
  }
}
