import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { Moment, Whole } from '../../platform/http/fields.js';
import { invalidInput } from '../../platform/http/invalid-input.js';
import { RunHistory } from '../run-history.js';
import { PipelineRunEntity } from './pipeline-run.entity.js';
import { runOnWire } from './run-on-wire.js';
import type { RunResponse } from './run.response.js';

/** At which point a run is looked at; neither is now. */
export class PointInTimeQuery {
  @Whole({ min: 1, optional: true, description: 'The run after that many events.' })
  readonly version?: number;

  @Moment({ optional: true, description: 'The run as the timeline knew it at that moment.' })
  readonly as_of?: string;
}

/** One run, now or as it was. */
export class GetRun extends Query<RunResponse> {
  constructor(
    readonly tenantId: string,
    readonly runId: string,
    readonly point: PointInTimeQuery,
  ) {
    super();
  }
}

@QueryHandler(GetRun)
export class GetRunHandler implements IQueryHandler<GetRun> {
  constructor(
    private readonly database: Database,
    private readonly history: RunHistory,
  ) {}

  async execute({ tenantId, runId, point: { version, as_of: asOf } }: GetRun): Promise<RunResponse> {
    if (version !== undefined && asOf !== undefined) {
      throw invalidInput([{ pointer: '/as_of', in: 'query', detail: 'cannot be given together with version.' }]);
    }
    if (version !== undefined) return runOnWire(await this.history.rowAt(tenantId, runId, { version }));
    if (asOf !== undefined) return runOnWire(await this.history.rowAt(tenantId, runId, { asOf }));
    const row = await this.database.tenant(tenantId, (manager) =>
      manager.findOneBy(PipelineRunEntity, { id: runId, tenantId }),
    );
    if (row === null) throw refuse('run-not-found', `There is no run ${runId}.`);
    return runOnWire(row);
  }
}
