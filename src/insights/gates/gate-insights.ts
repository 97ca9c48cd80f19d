import { Injectable } from '@nestjs/common';
import { CountedTemplate } from '../counted-template.js';
import type { InsightQuery } from '../insight.request.js';
import { standingOnWire } from '../insight.response.js';
import { Journeys } from '../run-journey/journeys.js';
import { stagesToList } from '../stages.policy.js';
import { type GateGroup, type GatesResponse, stageGatesOnWire } from './gates.response.js';

/** How many gates are open and since when, how the others ended, and how long decisions take. */
@Injectable()
export class GateInsights {
  constructor(
    private readonly journeys: Journeys,
    private readonly template: CountedTemplate,
  ) {}

  /** Open gates are measured to `now` (ISO 8601), or to the moment asked for. @throws DomainError `template-not-found`, `not-yet-projected` */
  async read(tenantId: string, counted: InsightQuery, now: string): Promise<GatesResponse> {
    const definitions = await this.template.stages(tenantId, counted);
    const answered = await this.journeys.ask<GateGroup>(tenantId, counted, {
      name: 'gates',
      text: GATES,
      values: [counted.as_of ?? now],
    });
    const byStage = Map.groupBy(answered.items, ({ stage }) => stage);
    return {
      template: { key: counted.template, version: counted.version ?? null },
      items: stagesToList(definitions, answered.items).map((listed) => ({
        ...listed,
        ...stageGatesOnWire(byStage.get(listed.stage) ?? []),
      })),
      ...standingOnWire(answered),
    };
  }
}

// For each stage and fate of a gate one row without an end, and one for each end and kind of actor.
const GATES = `
  select g.stage, g.fate, g."end", g.by, max((j.standings -> g.stage ->> 'number')::int) as number, count(*)::int as gates,
    percentile_cont(array[0.5, 0.9]) within group (order by g.ms) as percentiles, max(g.ms) as longest
  from journeys j cross join lateral (
    select c.stage, case when c."end" in ('expired', 'superseded') then c."end" else 'decided' end as fate, c."end", c.by, c.ms
    from jsonb_to_recordset(j.gates) as c (stage text, "end" text, by text, ms float8)
    union all
    select j.current_stage, 'open', 'open', '', open_ms(j.spell_ms, j.spell_since, $6) where j.spell = 'gate'
  ) g
  group by grouping sets ((g.stage, g.fate), (g.stage, g.fate, g."end", g.by))`;
