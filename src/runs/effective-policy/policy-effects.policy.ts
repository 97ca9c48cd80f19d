import { effectOf, resolve, type PolicyEffects, type PolicyLayers } from '../../gate-policy/contract.js';
import type { GateDefinition } from '../../templates/contract.js';
import { questionAbout } from '../gate-terms.policy.js';

/** A stage that a run has yet to leave by the policy. */
type ComingStage = Readonly<{ key: string; gate: GateDefinition | null }>;

/** An open run as far as a change of the policy concerns it. */
export type OpenRun = Readonly<{
  id: string;
  template: string;
  layers: PolicyLayers;
  stages: readonly ComingStage[];
}>;

/** What a change comes to for one stage. */
export type StageEffect = Omit<PolicyEffects['items'][number], 'run_id'>;

/** How many stages are listed; the others are counted. */
const LISTED = 100;

/** Before any run was looked at. */
export const noEffects: PolicyEffects = {
  open_runs: 0,
  affected_runs: 0,
  stages: { newly_required: 0, no_longer_required: 0, other_terms: 0 },
  items: [],
};

/** What a change comes to for one stage of a run; null where it comes to nothing. */
export function effectAt(
  { template, layers }: Pick<OpenRun, 'template' | 'layers'>,
  stage: ComingStage,
  change: Partial<PolicyLayers>,
): StageEffect | null {
  const question = questionAbout(template, stage);
  const [before, after] = [resolve(question, layers), resolve(question, { ...layers, ...change })];
  const effect = effectOf(before, after);
  return effect === null ? null : { stage: stage.key, effect, before, after };
}

/** What was found so far, with one more run. */
export function withRun(found: PolicyEffects, runId: string, effects: readonly StageEffect[]): PolicyEffects {
  const open_runs = found.open_runs + 1;
  if (effects.length === 0) return { ...found, open_runs };
  const stages = { ...found.stages };
  for (const { effect } of effects) stages[effect] += 1;
  const listed = effects.slice(0, LISTED - found.items.length).map((effect) => ({ run_id: runId, ...effect }));
  const items = listed.length === 0 ? found.items : [...found.items, ...listed];
  return { open_runs, affected_runs: found.affected_runs + 1, stages, items };
}
