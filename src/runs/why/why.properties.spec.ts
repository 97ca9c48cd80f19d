import { describe, expect, it } from '@jest/globals';
import { begun, holdsForEvery } from '../../../test/support/run-play.js';
import { noPolicy, recorded, runDecider, waitingOn } from '../../../test/support/run-story.js';
import { whyOf } from '../../../test/support/why-story.js';
import { actionsFor } from '../actions.policy.js';
import type { WaitKind } from './wait.policy.js';

const now = '2026-03-01T12:15:00.000Z';
const admin = { actor: { type: 'founder', id: 'ada' }, roles: ['admin'] } as const;

/** Kinds of what a run may wait for while its row waits on this; people come before workers, and workers before time. */
const kinds: Readonly<Record<'gate' | 'approval' | 'human' | 'job' | 'timer', readonly WaitKind[]>> = {
  gate: ['decision', 'timer', 'command'],
  approval: ['approval', 'timer', 'command'],
  human: ['person'],
  job: ['job', 'risk', 'milestone', 'criterion'],
  timer: ['timer', 'risk', 'milestone', 'criterion'],
};
const standingStill: Readonly<Record<string, WaitKind>> = {
  parked: 'unpark',
  failed: 'resume',
  timeout: 'resume',
  completed: 'nothing',
  cancelled: 'nothing',
};

describe('what a run waits for', () => {
  it('can be told of every run, and is of the kind that its row waits on', () => {
    holdsForEvery((steps, events) => {
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      const told = whyOf(run, recorded(events), now);
      const awaited = waitingOn(run, events);
      if (run.status !== 'running') expect(told.waits_for).toBe(standingStill[run.status]);
      else if (awaited !== null) expect(kinds[awaited]).toContain(told.waits_for);
      expect(told.moving && told.changes_at === null).toBe(false);
    });
  });

  it('is unblocked by what the rules allow', () => {
    holdsForEvery((steps, events) => {
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      const { unblock, waits_for } = whyOf(run, recorded(events), now);
      if (waits_for === 'approval') return; // Who may vote depends on who did the work.
      const allowed = actionsFor(runDecider, 'run-1', run, admin, { now, policy: noPolicy })
        .filter((action) => action.allowed)
        .map(({ path }) => path);
      const asked = unblock.flatMap(({ path }) => (path === undefined || path.startsWith('/jobs/') ? [] : [path]));
      expect(asked.filter((path) => !allowed.includes(path))).toEqual([]);
    });
  });
});
