import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { pageOf, positionIn } from '../../platform/http/page.js';
import { isUuid } from '../../platform/http/field-rules.js';
import { CountedTemplate } from '../counted-template.js';
import type { InsightPageQuery, InsightQuery } from '../insight.request.js';
import { standingOnWire } from '../insight.response.js';
import { Journeys } from '../run-journey/journeys.js';
import { stagesToList } from '../stages.policy.js';
import { type StandingCount, funnelOf } from './funnel.policy.js';
import {
  type DropoutPageResponse,
  type DropoutResponse,
  type FunnelResponse,
  funnelStageOnWire,
} from './funnel.response.js';

/** Where runs stand, stage by stage, and who dropped out. */
@Injectable()
export class Funnels {
  constructor(
    private readonly journeys: Journeys,
    private readonly template: CountedTemplate,
  ) {}

  /** @throws DomainError `template-not-found`, `not-yet-projected` */
  async read(tenantId: string, counted: InsightQuery): Promise<FunnelResponse> {
    const definitions = await this.template.stages(tenantId, counted);
    const answered = await this.journeys.ask<StandingCount>(tenantId, counted, {
      name: 'funnel',
      text: STANDINGS,
      values: [],
    });
    const funnel = funnelOf(stagesToList(definitions, answered.items), answered.items);
    return {
      template: { key: counted.template, version: counted.version ?? null },
      items: funnel.map(funnelStageOnWire),
      ...standingOnWire(answered),
    };
  }

  /** Runs that were cancelled in a stage, by their ids. @throws DomainError `template-not-found`, `stage-not-found`, `not-yet-projected` */
  async dropouts(tenantId: string, stage: string, counted: InsightPageQuery): Promise<DropoutPageResponse> {
    const { template, limit, after } = counted;
    const [lastId = null] = positionIn(after, [(value) => typeof value === 'string' && isUuid(value)]) ?? [];
    const definitions = await this.template.stages(tenantId, counted);
    const answered = await this.journeys.ask<DropoutResponse>(tenantId, counted, {
      name: 'dropouts',
      text: DROPOUTS,
      values: [stage, lastId, limit + 1],
    });
    if (answered.items.length === 0 && !definitions.some(({ key }) => key === stage)) {
      throw refuse('stage-not-found', `The template ${template} has no stage ${stage}, and nobody dropped out of one.`);
    }
    const { items, next } = pageOf(answered.items, limit, ({ run_id: id }) => [id]);
    return { items: items.map(inUtc), next, ...standingOnWire(answered) };
  }
}

function inUtc(dropout: DropoutResponse): DropoutResponse {
  return { ...dropout, dropped_out_at: new Date(dropout.dropped_out_at).toISOString() };
}

const STANDINGS = `
  select s.key as stage, max((s.value ->> 'number')::int) as number, s.value ->> 'standing' as standing,
    j.status = 'parked' as parked, case s.value ->> 'standing' when 'dropped_out' then j.outcome end as outcome,
    count(*)::int as runs
  from journeys j cross join lateral jsonb_each(j.standings) s
  group by 1, 3, 4, 5`;

const DROPOUTS = `
  select j.run_id, j.template_version, j.subject, j.outcome, j.ended_at as dropped_out_at
  from journeys j
  where j.status = 'cancelled' and j.current_stage = $6 and ($7::uuid is null or j.run_id > $7)
  order by j.run_id limit $8`;
