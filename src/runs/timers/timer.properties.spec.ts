import { describe, expect, it } from '@jest/globals';
import { begun, holdsForEvery } from '../../../test/support/run-play.js';
import { recorded, runDecider } from '../../../test/support/run-story.js';
import { project } from '../../kernel/projection.js';
import { itemsOf } from '../../kernel/vector.js';
import { isLive } from '../../work/graph-state.decider.js';
import { type Begun, currentStage } from '../run-state.decider.js';
import type { RunEvent } from '../run.events.js';
import { type TimerRow, timers } from './timer.projection.js';

type Awaited = Readonly<{ purpose: string; dueAt: string | null }>;

/** Everything that is to happen to a run by itself, as the rules know it. */
function awaited(run: Begun): readonly Awaited[] {
  if (run.status !== 'running' && run.status !== 'parked') return [];
  const { state, work } = currentStage(run);
  const gate = run.status === 'running' ? run.gate : null;
  const reminder = gate?.isReminded === true ? null : (gate?.remind_at ?? null);
  const ofGate = [
    { purpose: 'gate_expiry', dueAt: gate?.expires_at ?? null },
    { purpose: 'gate_reminder', dueAt: reminder },
  ].filter(({ dueAt }) => dueAt !== null);
  if (work === null || state !== 'in_progress') return ofGate;
  const live = itemsOf(work.nodes).filter(isLive);
  return [
    ...ofGate,
    ...(work.liveCount > 0 ? [{ purpose: 'work_timeout', dueAt: work.timesOutAt }] : []),
    ...(work.continuesAt === null ? [] : [{ purpose: 'continue', dueAt: work.continuesAt }]),
    ...live.flatMap(({ dueAt }) => (typeof dueAt === 'string' ? [{ purpose: 'node_delay', dueAt }] : [])),
    ...live.flatMap(({ timesOutAt: dueAt }) => (typeof dueAt === 'string' ? [{ purpose: 'node_timeout', dueAt }] : [])),
  ];
}

const inOrder = (list: readonly Awaited[]) =>
  list.map(({ purpose, dueAt }) => `${purpose} ${String(dueAt)}`).toSorted();

function waiting(events: readonly RunEvent[]): readonly TimerRow[] {
  const rows = project(timers, new Map<string, TimerRow>(), recorded(events)).values();
  return [...rows].filter(({ status }) => status === 'waiting');
}

describe('the timers read model after any sequence of commands', () => {
  it('waits for exactly what the rules wait for', () => {
    holdsForEvery((steps, events) => {
      const run = begun(steps.at(-1)?.after ?? runDecider.initialState);
      expect(inOrder(waiting(events))).toEqual(inOrder(awaited(run)));
    });
  });

  it('has nothing due any more once the run was woken at that time', () => {
    holdsForEvery((_steps, events) => {
      const before = events.reduce(runDecider.evolve, runDecider.initialState);
      if (before.status !== 'running') return;
      const now = '2026-03-01T23:00:00.000Z';
      const wake = {
        type: 'wake',
        runId: 'run-1',
        data: {},
        by: { actor: { type: 'system', id: 'timers' }, roles: [] },
        now,
      } as const;
      const all = [
        ...events,
        ...runDecider.decide(before, { ...wake, freshId: '00000000-0000-7000-8000-0000000f0000' }),
      ];
      expect(waiting(all).filter(({ dueAt }) => dueAt <= now)).toEqual([]);
    });
  });
});
