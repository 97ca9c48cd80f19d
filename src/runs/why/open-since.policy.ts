import type { Evaluation } from '../../kernel/expression.js';
import type { Recorded } from '../../kernel/recorded-event.js';
import { obstaclesOf, type Matter } from '../readiness.policy.js';
import { currentStage, evolve, type Begun, type RunState } from '../run-state.decider.js';
import type { RunEvent } from '../run.events.js';
import { isOfWork } from '../stage-work.decider.js';
import { timeOf, type Known } from './wait.policy.js';

/** Since when something keeps a stage, by what it is about; `ready` where nothing does. */
export type OpenSince = Readonly<{ of: (about: Matter) => string; ready: string }>;

const READY = 'ready';

/**
 * Since when each thing is open that keeps the stage at hand, its graph left out: found by going through the history, so that a fact that came
 * and changed nothing does not count, and one that undid what was there does. A break ends it: what opens again is open from then on.
 */
export function openSince(known: Known, evaluate: Evaluation): OpenSince {
  const visit = timeOf(known, 'stage.entered', 'stage.reopened');
  const since = spells(known.history, evaluate);
  const ready = since.get(READY) ?? visit;
  const worked = lastWork(known);
  return { of: (about) => since.get(keyOf(about)) ?? visit, ready: worked !== null && worked > ready ? worked : ready };
}

/** What is open at the end of a history, with when it came to be; nothing of one whose beginning is missing. */
function spells(history: readonly Recorded<RunEvent>[], evaluate: Evaluation): ReadonlyMap<string, string> {
  if (history[0]?.type !== 'pipeline_run.started') return new Map();
  let state: RunState = { status: 'not_started' };
  let open: ReadonlyMap<string, string> = new Map();
  const visit = history.findLastIndex(({ type }) => type === 'stage.entered');
  for (const [index, event] of history.entries()) {
    if (isOfWork(event)) continue; // The graph counts as not there.
    state = evolve(state, event);
    if (index < visit || state.status === 'not_started') continue;
    const known = open;
    open = new Map(openIn(state, evaluate).map((key) => [key, known.get(key) ?? event.occurredAt]));
  }
  return open;
}

function openIn(run: Begun, evaluate: Evaluation): readonly string[] {
  const stage = currentStage(run);
  if (stage.state === 'completed' || stage.state === 'gated') return [];
  const obstacles = obstaclesOf(run, { ...stage, work: null }, evaluate);
  return obstacles.length === 0 ? [READY] : obstacles.map(({ about }) => keyOf(about));
}

function keyOf({ kind, key }: Matter): string {
  return `${kind}/${key}`;
}

function lastWork({ history, state }: Known): string | null {
  const last = history.findLast(isOfWork);
  const isOfStage = last !== undefined && 'stage' in last.detail && last.detail.stage === state.currentStage;
  return isOfStage ? last.occurredAt : null;
}
