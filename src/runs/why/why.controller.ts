import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../kernel/command-context.js';
import { Allow } from '../../platform/auth/access.js';
import { CallerOf } from '../../platform/http/command-from.js';
import { DescribeRead } from '../../platform/http/describe.js';
import type { Page } from '../../platform/http/page.js';
import { IdParam } from '../../platform/http/params.js';
import { ExplainedRuns } from './explained-runs.js';
import { ListWaiting, WaitingFilterQuery } from './list-waiting.query.js';
import { WhyPageResponse, WhyResponse } from './why.response.js';

@ApiTags('Runs')
@Controller('pipeline')
export class WhyController {
  constructor(
    private readonly queries: QueryBus,
    private readonly runs: ExplainedRuns,
  ) {}

  /** Lists the open runs, oldest first, each with the one thing it waits for. */
  @Get('why')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Why is none of them moving?', answer: WhyPageResponse })
  list(@Query() filter: WaitingFilterQuery, @CallerOf() { tenantId }: Caller): Promise<Page<WhyResponse>> {
    return this.queries.execute(new ListWaiting(tenantId, filter));
  }

  /** Names the one thing a run waits for, since when, and what would unblock it. Fails with `run-not-found`. */
  @Get(':id/why')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Why is it not moving?', answer: WhyResponse, problems: ['run-not-found'] })
  async get(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<WhyResponse> {
    const [explained] = await this.runs.explain(tenantId, [id]);
    if (explained === undefined) throw new Error(`Run ${id} was found and is not explained.`);
    return explained;
  }
}
