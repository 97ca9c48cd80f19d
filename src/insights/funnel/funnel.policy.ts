import type { Standing } from '../run-journey/run-journey.projection.js';
import type { ListedStage } from '../stages.policy.js';

/** How many runs stand to a stage in one way; `outcome` is there for those that dropped out. */
export type StandingCount = Readonly<{
  stage: string;
  number: number;
  standing: Standing;
  parked: boolean;
  outcome: string | null;
  runs: number;
}>;

/** One stage of a funnel. `entered` is the sum of `passed`, `inStage`, `movedBack` and `droppedOut`. */
export type FunnelStage = ListedStage &
  Readonly<{
    entered: number;
    passed: number;
    inStage: number;
    parked: number;
    movedBack: number;
    droppedOut: number;
    byOutcome: Readonly<Record<string, number>>;
    percentOfFirst: number | null;
    percentOfPrevious: number | null;
  }>;

/** The funnel over these stages, in order. */
export function funnelOf(stages: readonly ListedStage[], counts: readonly StandingCount[]): readonly FunnelStage[] {
  const byStage = Map.groupBy(counts, ({ stage }) => stage);
  const entered = stages.map(({ stage }) => sum(byStage.get(stage) ?? []));
  return stages.map((stage, index) => {
    const ofStage = byStage.get(stage.stage) ?? [];
    const those = (standing: Standing) => ofStage.filter((count) => count.standing === standing);
    const out = those('dropped_out');
    return {
      ...stage,
      entered: entered[index] ?? 0,
      passed: sum(those('passed')),
      inStage: sum(those('in_stage')),
      parked: sum(those('in_stage').filter(({ parked }) => parked)),
      movedBack: sum(those('moved_back')),
      droppedOut: sum(out),
      byOutcome: Object.fromEntries(out.map(({ outcome, runs }) => [outcome ?? '', runs])),
      percentOfFirst: percent(entered[index], entered[0]),
      percentOfPrevious: index === 0 ? null : percent(entered[index], entered[index - 1]),
    };
  });
}

function sum(counts: readonly StandingCount[]): number {
  return counts.reduce((total, { runs }) => total + runs, 0);
}

/** To one decimal place, halves up; null of nothing. */
function percent(part = 0, whole = 0): number | null {
  return whole === 0 ? null : Math.round((1000 * part) / whole) / 10;
}
