import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, Decimal, Nested, NestedList, Whole } from '../../platform/http/fields.js';
import { CountedTemplateResponse, InsightResponse, ListedStageResponse } from '../insight.response.js';
import { seconds } from '../spell.response.js';

/** Gates of one stage and fate: all of them where `end` is null, else those that ended so by that kind of actor. */
export type GateGroup = Readonly<{
  stage: string;
  number: number;
  fate: 'open' | 'decided' | 'expired' | 'superseded';
  end: string | null;
  by: string | null;
  gates: number;
  percentiles: readonly number[];
  longest: number;
}>;

@ApiSchema({ name: 'OpenGates' })
class OpenGatesResponse {
  @Whole({ min: 0 })
  readonly count!: number;

  @Decimal({
    min: 0,
    nullable: true,
    description: 'Half of them have been open for at most this long; null without any.',
  })
  readonly p50_seconds!: number | null;

  @Decimal({ min: 0, nullable: true, description: 'How long the oldest has been open.' })
  readonly longest_seconds!: number | null;
}

@ApiSchema({ name: 'DecidedGates' })
class DecidedGatesResponse {
  @Whole({ min: 0 })
  readonly count!: number;

  @AnyJson({ description: 'How many by decision.' })
  readonly by_decision!: Readonly<Record<string, number>>;

  @AnyJson({ description: 'How many by the kind of actor who decided: `system`, and kinds of people.' })
  readonly by_actor_type!: Readonly<Record<string, number>>;

  @Decimal({
    min: 0,
    nullable: true,
    description: 'Half of them were decided within this time of opening; null without any.',
  })
  readonly p50_seconds!: number | null;

  @Decimal({ min: 0, nullable: true, description: 'Nine of ten of them were decided within this time of opening.' })
  readonly p90_seconds!: number | null;
}

@ApiSchema({ name: 'StageGates' })
class StageGatesResponse extends ListedStageResponse {
  @Nested(() => OpenGatesResponse)
  readonly open!: OpenGatesResponse;

  @Nested(() => DecidedGatesResponse)
  readonly decided!: DecidedGatesResponse;

  @Whole({ min: 0, description: 'Gates that nobody decided in time.' })
  readonly expired!: number;

  @Whole({ min: 0, description: 'Gates that were closed because their run was parked or cancelled.' })
  readonly superseded!: number;
}

@ApiSchema({ name: 'GateInsights' })
export class GatesResponse extends InsightResponse {
  @Nested(() => CountedTemplateResponse)
  readonly template!: CountedTemplateResponse;

  @NestedList(() => StageGatesResponse, { description: 'The stages in order, but for locked ones.' })
  readonly items!: readonly StageGatesResponse[];
}

/** The gates of one stage as they go over the wire. */
export function stageGatesOnWire(groups: readonly GateGroup[]): Omit<StageGatesResponse, keyof ListedStageResponse> {
  const all = (fate: GateGroup['fate']) => groups.find((group) => group.fate === fate && group.end === null);
  const decisions = groups.filter(({ fate, end }) => fate === 'decided' && end !== null);
  const [open, decided] = [all('open'), all('decided')];
  return {
    open: {
      count: open?.gates ?? 0,
      p50_seconds: seconds(open?.percentiles[0]),
      longest_seconds: seconds(open?.longest),
    },
    decided: {
      count: decided?.gates ?? 0,
      by_decision: countBy(decisions, ({ end }) => end),
      by_actor_type: countBy(decisions, ({ by }) => by),
      p50_seconds: seconds(decided?.percentiles[0]),
      p90_seconds: seconds(decided?.percentiles[1]),
    },
    expired: all('expired')?.gates ?? 0,
    superseded: all('superseded')?.gates ?? 0,
  };
}

function countBy(groups: readonly GateGroup[], keyOf: (group: GateGroup) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const group of groups) {
    const key = keyOf(group) ?? '';
    counts[key] = (counts[key] ?? 0) + group.gates;
  }
  return counts;
}
