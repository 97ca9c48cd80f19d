import { STEPS_ENOUGH, type Evaluation } from '../../kernel/expression.js';
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
 * Since when each thing is open that keeps the stage at hand, its graph left out: found by going back through the history, so that a fact that came
 * and changed nothing does not count, and one that undid what was there does. A break ends it: what opens again is open from then on. Where asking
 * the rules about each event takes more steps than there are, it is open since the first event that they could be asked about.
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
  const since = new Map<string, string>();
  let open: readonly string[] | null = null;
  for (const { run, at } of momentsOf(history).toReversed()) {
    if (open !== null && evaluate.stepCount() > STEPS_ENOUGH) break;
    const here = new Set(openIn(run, evaluate));
    open = open === null ? [...here] : open.filter((key) => here.has(key));
    if (open.length === 0) break;
    for (const key of open) since.set(key, at);
  }
  return since;
}

type Moment = Readonly<{ run: Begun; at: string }>;

/** The run as each event of its last visit to a stage left it, oldest first. */
function momentsOf(history: readonly Recorded<RunEvent>[]): readonly Moment[] {
  if (history[0]?.type !== 'pipeline_run.started') return [];
  const moments: Moment[] = [];
  let state: RunState = { status: 'not_started' };
  const visit = history.findLastIndex(({ type }) => type === 'stage.entered');
  for (const [index, event] of history.entries()) {
    if (isOfWork(event)) continue; // The graph counts as not there.
    state = evolve(state, event);
    if (index >= visit && state.status !== 'not_started') moments.push({ run: state, at: event.occurredAt });
  }
  return moments;
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
