import { own } from '../kernel/json-values.js';
import type { Actor } from '../kernel/recorded-event.js';
import type { RunEvent } from './run.events.js';
import type { Stage } from './stage.plan.js';

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/**
 * What is work on a stage, and which: null where it is none after all. Undoing what others did is no work, and neither is what follows from a
 * decision: a stage that starts on being entered, a milestone that its gate completes. Nor does anybody work on a stage by facts that are
 * recorded while its gate is open.
 */
const work: { readonly [Type in RunEvent['type']]?: (event: Of<Type>, current: Stage | undefined) => string | null } = {
  'stage.started': ({ detail }, current) => (current?.definition.auto_start === true ? null : detail.stage),
  'stage.completed': ({ detail }) => detail.stage,
  'stage.result_recorded': ({ detail }) => detail.stage,
  'criterion.met': ({ detail }) => detail.stage,
  'milestone.completed': ({ detail: { stage, milestone } }, current) => {
    const tie = current && own(current.definition.milestones, milestone)?.completed_by;
    return tie === undefined ? stage : null;
  },
  'facts.recorded': (_event, current) =>
    current?.state === 'created' || current?.state === 'in_progress' ? current.definition.key : null,
  'job.succeeded': ({ detail }) => detail.stage,
};

/** The stage that an event is work on; null where it is none. `current` is where the run stands. */
export function stageWorkedOn(event: RunEvent, current: Stage | undefined): string | null {
  const stageOf = work[event.type] as ((event: RunEvent, current: Stage | undefined) => string | null) | undefined;
  return stageOf?.(event, current) ?? null;
}

/** The stage with one more who did its work; what the system or a worker does is nobody's. */
export function workedOnBy(stage: Stage, { type, id }: Actor): Stage {
  if (type === 'system' || type === 'worker' || stage.workedBy.includes(id)) return stage;
  return { ...stage, workedBy: [...stage.workedBy, id] };
}
