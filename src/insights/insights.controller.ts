import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access.js';
import type { Caller } from '../kernel/command-context.js';
import { CallerOf } from '../platform/http/command-from.js';
import { DescribeRead } from '../platform/http/describe.js';
import { KeyParam } from '../platform/http/params.js';
import { CycleTimesResponse } from './cycle-times/cycle-times.response.js';
import { CycleTimes } from './cycle-times/cycle-times.js';
import { DropoutPageResponse, FunnelResponse } from './funnel/funnel.response.js';
import { Funnels } from './funnel/funnels.js';
import { GateInsights } from './gates/gate-insights.js';
import { GatesResponse } from './gates/gates.response.js';
import { InsightPageQuery, InsightQuery, requireOneMoment } from './insight.request.js';

/** What dashboards ask; docs/insights.md defines every number. */
@ApiTags('Insights')
@Controller('insights')
export class InsightsController {
  constructor(
    private readonly funnels: Funnels,
    private readonly cycleTimes: CycleTimes,
    private readonly gateInsights: GateInsights,
  ) {}

  /** Counts, stage by stage, the runs of a template that entered, passed, are there, were moved back and dropped out. Fails with `template-not-found`, `not-yet-projected`. */
  @Get('funnel')
  @Allow('viewer', 'operator', 'approver', 'auditor')
  @DescribeRead({
    summary: 'Where do runs stand?',
    answer: FunnelResponse,
    problems: ['template-not-found', 'not-yet-projected'],
  })
  funnel(@Query() query: InsightQuery, @CallerOf() { tenantId }: Caller): Promise<FunnelResponse> {
    requireOneMoment(query);
    return this.funnels.read(tenantId, query);
  }

  /** Lists the runs that were cancelled in a stage, with their subjects. Fails with `template-not-found`, `stage-not-found`, `not-yet-projected`. */
  @Get('funnel/:stage/dropouts')
  @Allow('viewer', 'operator', 'approver', 'auditor')
  @DescribeRead({
    summary: 'Who dropped out here?',
    answer: DropoutPageResponse,
    problems: ['template-not-found', 'stage-not-found', 'not-yet-projected'],
  })
  dropouts(
    @KeyParam('stage') stage: string,
    @Query() query: InsightPageQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<DropoutPageResponse> {
    requireOneMoment(query);
    return this.funnels.dropouts(tenantId, stage, query);
  }

  /** Measures, stage by stage, how long runs wait, are worked on and stand at the gate. Fails with `template-not-found`, `not-yet-projected`. */
  @Get('cycle-times')
  @Allow('viewer', 'operator', 'approver', 'auditor')
  @DescribeRead({
    summary: 'How long does it take?',
    answer: CycleTimesResponse,
    problems: ['template-not-found', 'not-yet-projected'],
  })
  times(@Query() query: InsightQuery, @CallerOf() { tenantId }: Caller): Promise<CycleTimesResponse> {
    requireOneMoment(query);
    return this.cycleTimes.read(tenantId, query, new Date().toISOString());
  }

  /** Counts, stage by stage, open gates, decisions by kind and by who, and how long they take. Fails with `template-not-found`, `not-yet-projected`. */
  @Get('gates')
  @Allow('viewer', 'operator', 'approver', 'auditor')
  @DescribeRead({
    summary: 'How are gates decided?',
    answer: GatesResponse,
    problems: ['template-not-found', 'not-yet-projected'],
  })
  gates(@Query() query: InsightQuery, @CallerOf() { tenantId }: Caller): Promise<GatesResponse> {
    requireOneMoment(query);
    return this.gateInsights.read(tenantId, query, new Date().toISOString());
  }
}
