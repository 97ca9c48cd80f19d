/** Why a run is not moving, after what happened to it at which time. */
import { type Recorded } from '../../src/kernel/recorded-event.js';
import { project } from '../../src/kernel/projection.js';
import { beginEvaluation } from '../../src/platform/expressions/evaluation.js';
import type { RunEvent } from '../../src/runs/run.events.js';
import type { Begun } from '../../src/runs/run-state.decider.js';
import type { Wait } from '../../src/runs/why/wait.policy.js';
import { whyWaiting } from '../../src/runs/why/why.policy.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import { type JobAtHand, type JobEvent, jobs } from '../../src/work/contract.js';
import { begin, type Move, noonPlus, playOn } from './graph-story.js';
import { recorded } from './run-story.js';

/** The one thing that the run of these stages waits for after these moves, as told when the last of them was made, or `at` so many seconds after noon. */
export function why(stages: readonly StageDefinition[], moves: readonly Move[], at?: number): Wait {
  let run = begin(stages);
  const times = run.events.map(() => 0);
  for (const move of moves) {
    run = playOn(run, move);
    times.push(...run.events.slice(times.length).map(() => move.at));
  }
  return whyOf(run.state, timed(run.events, times), noonPlus(at ?? times.at(-1) ?? 0));
}

/** The same of a run as its events leave it. */
export function whyOf(state: Begun, history: readonly Recorded<RunEvent>[], now: string): Wait {
  return whyWaiting({ runId: 'run-1', state, history, jobs: jobsIn(history), now }, beginEvaluation());
}

function timed(events: readonly RunEvent[], times: readonly number[]): readonly Recorded<RunEvent>[] {
  return recorded(events).map((event, index) => {
    const at = noonPlus(times[index] ?? 0);
    return { ...event, occurredAt: at, recordedAt: at };
  });
}

/** Jobs as the queue has them. */
function jobsIn(history: readonly Recorded<RunEvent>[]): ReadonlyMap<string, JobAtHand> {
  const events = history.filter(({ type }) => type.startsWith('job.')) as unknown as readonly Recorded<JobEvent>[];
  const rows = [...project(jobs, new Map(), events).values()];
  return new Map(
    rows.map(({ id, status, leaseExpiresAt, error, streamVersion }) => {
      const changedAt = history[streamVersion - 1]?.occurredAt ?? '';
      return [id, { id, status, leaseExpiresAt, error, changedAt }];
    }),
  );
}
