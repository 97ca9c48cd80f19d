import type { RunEvent } from './run.events.js';
import { isOfWork, type StageWorkEvent } from './stage-work.decider.js';

/** The place, among the events of its command, of the one that led to an event; null where the command itself did. */
export type Cause = number | null;

/** `deed`: what was asked for or, later, what the run did last by itself. `turn`: what had nodes begin or be cut off. */
type Known = { deed: Cause; turn: Cause; readonly lastOf: Map<string, number> };

/**
 * What led to each event of a command. What happens to a node or its job follows from what happened to it before; a node begins because of the
 * last end of those before it, or because its stage began. A stage that goes on by itself does so because of what came last. The rest follows
 * from the deed; what a rule decides is a deed too.
 */
export function causesOf(events: readonly RunEvent[]): readonly Cause[] {
  const known: Known = { deed: null, turn: null, lastOf: new Map() };
  return events.map((event, place) => {
    const cause = causeOf(event, place, known);
    if (isOfWork(event)) known.lastOf.set(keyOf(event.detail), place);
    else if (place === 0 || isBySystem(event) || isRuled(event)) known.deed = place;
    if (turns.has(event.type)) known.turn = place;
    return cause;
  });
}

/** After these, nodes begin or are cut off. */
const turns: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>([
  'stage.started',
  'stage.reopened',
  'stage.completed',
  'pipeline_run.unparked',
  'pipeline_run.resumed',
  'pipeline_run.cancelled',
  'pipeline_run.timeout',
]);

function causeOf(event: RunEvent, place: number, known: Known): Cause {
  if (isOfWork(event)) return causeOfWork(event, known);
  if (place > 0 && (isBySystem(event) || event.type === 'facts.recorded')) return place - 1;
  return known.deed;
}

function causeOfWork({ detail }: StageWorkEvent, { turn, lastOf }: Known): Cause {
  const own = lastOf.get(keyOf(detail));
  if (own !== undefined || !('because' in detail)) return own ?? turn;
  const sources = detail.because.map(({ from: node }) => lastOf.get(keyOf({ stage: detail.stage, node })) ?? -1);
  const last = sources.reduce((latest, source) => Math.max(latest, source), -1);
  return last === -1 ? turn : last;
}

/** What a run does by itself because of its nodes, with all that follows from it. */
function isBySystem({ type, by }: RunEvent): boolean {
  return by?.type === 'system' && (type === 'stage.completed' || type === 'pipeline_run.failed');
}

function isRuled({ type, by }: RunEvent): boolean {
  return by?.type === 'system' && type === 'gate.decided';
}

function keyOf({ stage, node }: Readonly<{ stage: string | null; node: string | null }>): string {
  return `${stage ?? ''}/${node ?? ''}`;
}
