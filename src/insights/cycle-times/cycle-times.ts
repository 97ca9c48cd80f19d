import { Injectable } from '@nestjs/common';
import { CountedTemplate } from '../counted-template.js';
import type { InsightQuery } from '../insight.request.js';
import { standingOnWire } from '../insight.response.js';
import { Journeys } from '../run-journey/journeys.js';
import type { SpellKind } from '../run-journey/run-journey.projection.js';
import { seconds, type SpellsResponse } from '../spell.response.js';
import { stagesToList } from '../stages.policy.js';
import type { CycleTimesResponse } from './cycle-times.response.js';

type SpellRow = Readonly<{
  stage: string;
  number: number;
  kind: SpellKind;
  finished: number;
  percentiles: readonly number[] | null;
  open: number;
  longest_open: number | null;
}>;

/** How long runs wait, are worked on and stand at the gate, stage by stage. */
@Injectable()
export class CycleTimes {
  constructor(
    private readonly journeys: Journeys,
    private readonly template: CountedTemplate,
  ) {}

  /** Open spells are measured to `now` (ISO 8601), or to the moment asked for. @throws DomainError `template-not-found`, `not-yet-projected` */
  async read(tenantId: string, counted: InsightQuery, now: string): Promise<CycleTimesResponse> {
    const definitions = await this.template.stages(tenantId, counted);
    const answered = await this.journeys.ask<SpellRow>(tenantId, counted, {
      name: 'cycle_times',
      text: SPELLS,
      values: [counted.as_of ?? now],
    });
    const spells = (stage: string, kind: SpellKind): SpellsResponse =>
      spellsOnWire(answered.items.find((row) => row.stage === stage && row.kind === kind));
    return {
      template: { key: counted.template, version: counted.version ?? null },
      items: stagesToList(definitions, answered.items).map((listed) => ({
        ...listed,
        waiting: spells(listed.stage, 'waiting'),
        working: spells(listed.stage, 'working'),
        at_gate: spells(listed.stage, 'gate'),
      })),
      ...standingOnWire(answered),
    };
  }
}

function spellsOnWire(row: SpellRow | undefined): SpellsResponse {
  return {
    count: row?.finished ?? 0,
    p50_seconds: seconds(row?.percentiles?.[0]),
    p90_seconds: seconds(row?.percentiles?.[1]),
    open_count: row?.open ?? 0,
    open_longest_seconds: seconds(row?.longest_open),
  };
}

const SPELLS = `
  select s.stage, s.kind, max((j.standings -> s.stage ->> 'number')::int) as number,
    count(*) filter (where not s.is_open)::int as finished,
    percentile_cont(array[0.5, 0.9]) within group (order by s.ms) filter (where not s.is_open) as percentiles,
    count(*) filter (where s.is_open)::int as open, max(s.ms) filter (where s.is_open) as longest_open
  from journeys j cross join lateral (
    select w.key as stage, 'waiting' as kind, false as is_open, m::float8 as ms
    from jsonb_each(j.waiting_ms) w, jsonb_array_elements(w.value) m
    union all
    select w.key, 'working', false, m::float8 from jsonb_each(j.working_ms) w, jsonb_array_elements(w.value) m
    union all
    select g ->> 'stage', 'gate', false, (g -> 'ms')::float8 from jsonb_array_elements(j.gates) g
    where g ->> 'end' not in ('expired', 'superseded')
    union all
    select j.current_stage, j.spell, true, open_ms(j.spell_ms, j.spell_since, $6) where j.spell is not null
  ) s
  group by s.stage, s.kind`;
