import { describe, expect, it } from '@jest/globals';
import { countFunnel, type ExportedEvent } from '../../../scripts/funnel/count-funnel.js';
import { holdsForEvery } from '../../../test/support/run-play.js';
import { recorded } from '../../../test/support/run-story.js';
import { project } from '../../kernel/projection.js';
import type { Recorded } from '../../kernel/recorded-event.js';
import type { RunEvent } from '../../runs/contract.js';
import { runJourneys, type RunJourneyRow } from './run-journey.projection.js';

const minutely = (events: readonly RunEvent[]): readonly Recorded<RunEvent>[] =>
  recorded(events).map((event, index) => ({ ...event, occurredAt: new Date(index * 60_000).toISOString() }));

function journeyOf(events: readonly Recorded<RunEvent>[]): RunJourneyRow {
  const row = project(runJourneys, new Map<string, RunJourneyRow>(), events).get('run-1');
  if (row === undefined) throw new Error('A run that was started has a journey.');
  return row;
}

const exported = (events: readonly Recorded<RunEvent>[]): readonly ExportedEvent[] =>
  events.map(({ type, toStage, detail, streamId, streamType, streamVersion }) => ({
    stream_id: streamId,
    stream_type: streamType,
    stream_version: streamVersion,
    event_type: type,
    to_stage: toStage ?? null,
    detail,
  }));

/** How the plain count puts a run's stages, in the projection's words. */
function counted(events: readonly Recorded<RunEvent>[]): Record<string, { number: number; standing: string }> {
  const stages = countFunnel(exported(events), 'trial').filter(({ entered }) => entered > 0);
  return Object.fromEntries(
    stages.map(({ stage, number, passed, in_stage: inStage, moved_back: back, dropped_out: out }) => {
      expect(passed + inStage + back + out.count).toBe(1);
      const standing = passed ? 'passed' : inStage ? 'in_stage' : back ? 'moved_back' : 'dropped_out';
      return [stage, { number, standing }];
    }),
  );
}

describe('the run_journeys read model after any sequence of commands', () => {
  it('puts every stage where a plain count of the events puts it', () => {
    holdsForEvery((_steps, events) => {
      const history = minutely(events);
      expect(journeyOf(history).standings).toEqual(counted(history));
    });
  });

  it('has a spell for every wait that ended, all work that was completed and every gate that was closed', () => {
    holdsForEvery((_steps, events) => {
      const row = journeyOf(minutely(events));
      const count = (...types: readonly string[]) => events.filter(({ type }) => types.includes(type)).length;
      const spells = (lists: RunJourneyRow['waitingMs']) => Object.values(lists).flat().length;
      expect({
        waiting: spells(row.waitingMs),
        working: spells(row.workingMs),
        gates: row.gates.length,
        open: row.spell === 'gate',
      }).toEqual({
        waiting: count('stage.started'),
        working: count('stage.completed'),
        gates: count('gate.decided', 'gate.expired', 'gate.superseded'),
        open: count('gate.opened') > count('gate.decided', 'gate.expired', 'gate.superseded'),
      });
    });
  });

  it('counts no minute twice', () => {
    holdsForEvery((_steps, events) => {
      const row = journeyOf(minutely(events));
      const spells = [...Object.values(row.waitingMs), ...Object.values(row.workingMs)].flat();
      const total = [...spells, ...row.gates.map(({ ms }) => ms)].reduce((sum, ms) => sum + ms, row.spellMs);
      expect(total).toBeLessThanOrEqual((events.length - 1) * 60_000);
    });
  });
});
