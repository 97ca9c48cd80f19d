import { describe, expect, it } from '@jest/globals';
import {
  atBuild,
  atDraftGate,
  clerksStories,
  command,
  founder,
  history,
  recorded,
  start,
} from '../../../test/support/run-story.js';
import { project } from '../../kernel/projection.js';
import type { Deciding, RunCommand } from '../../runs/run-command.decider.js';
import type { Decision } from '../../templates/contract.js';
import { runJourneys, type RunJourneyRow } from './run-journey.projection.js';

type At = readonly [minute: number, ...commands: readonly RunCommand[]];

const timeOf = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const MINUTE = 60_000;

/** A run's journey after commands that were given so many minutes after noon. */
function journeyAfter(...acts: readonly At[]): RunJourneyRow | undefined {
  const commands = acts.flatMap(([minute, ...given]) => given.map((each) => ({ ...each, minute })));
  const minutes = commands.flatMap(({ minute }, index) => {
    const before = history(...commands.slice(0, index)).length;
    return history(...commands.slice(0, index + 1))
      .slice(before)
      .map(() => minute);
  });
  const events = recorded(history(...commands)).map((event, index) => ({
    ...event,
    occurredAt: timeOf(minutes[index] ?? 0),
  }));
  return project(runJourneys, new Map(), events).get('run-1');
}

const approver: Deciding = { actor: { type: 'user', id: 'ann' }, roles: ['approver'] };
const decide = (gateId: string, decision: Decision, more: object = {}, by = founder) =>
  command('decide_gate', { gateId, decision, reason: 'Because', ...more }, { by });
const complete = (stage: string) => command('complete_stage', { stage, override: true, reason: 'Enough' });
const park = command('park', { reason: 'Summer' });
const unpark = command('unpark', { reason: 'Autumn' });

describe('the run_journeys read model', () => {
  it('begins in the first stage', () =>
    expect(journeyAfter([0, start()])).toEqual({
      runId: 'run-1',
      tenantId: 'tenant-1',
      streamVersion: 3,
      templateKey: 'trial',
      templateVersion: 3,
      subject: { type: 'project', project_id: 'project-1' },
      startedAt: timeOf(0),
      status: 'running',
      outcome: null,
      endedAt: null,
      currentStage: 'draft',
      standings: { draft: { number: 1, standing: 'in_stage' } },
      waitingMs: { draft: [0] },
      workingMs: {},
      gates: [],
      spell: 'working',
      spellSince: timeOf(0),
      spellMs: 0,
    }));

  it('measures the work, the gate and the wait for the next stage', () =>
    expect(
      journeyAfter(
        [0, start()],
        [10, complete('draft')],
        [15, decide('fresh-2', 'proceed')],
        [45, command('start_stage', { stage: 'build' })],
      ),
    ).toMatchObject({
      currentStage: 'build',
      standings: { draft: { number: 1, standing: 'passed' }, build: { number: 2, standing: 'in_stage' } },
      waitingMs: { draft: [0], build: [30 * MINUTE] },
      workingMs: { draft: [10 * MINUTE] },
      gates: [{ stage: 'draft', end: 'proceed', by: 'founder', ms: 5 * MINUTE }],
      spell: 'working',
      spellSince: timeOf(45),
    }));

  it('passes a stage without a gate when it is completed', () =>
    expect(
      journeyAfter([0, ...atBuild, command('start_stage', { stage: 'build' })], [9, complete('build')]),
    ).toMatchObject({
      currentStage: 'check',
      standings: {
        draft: { standing: 'passed' },
        build: { standing: 'passed' },
        check: { number: 4, standing: 'in_stage' },
      },
      workingMs: { draft: [0], build: [9 * MINUTE] },
    }));

  it('counts a narrowed stage’s work as another spell in the same stage', () =>
    expect(journeyAfter([0, ...atDraftGate], [3, decide('fresh-5', 'narrow')], [10, complete('draft')])).toMatchObject({
      standings: { draft: { standing: 'in_stage' } },
      workingMs: { draft: [0, 7 * MINUTE] },
      gates: [{ end: 'narrow', ms: 3 * MINUTE }],
      spell: 'gate',
    }));

  it('takes back what was passed when the run is moved back before it', () => {
    const acts: readonly At[] = [
      [0, ...atBuild, command('start_stage', { stage: 'build' }), complete('build'), complete('check')],
      [5, decide('fresh-9', 'pivot', { toStage: 'build' }, approver)],
    ];
    expect(journeyAfter(...acts)).toMatchObject({
      currentStage: 'build',
      standings: {
        draft: { number: 1, standing: 'passed' },
        build: { number: 2, standing: 'in_stage' },
        check: { number: 4, standing: 'moved_back' },
      },
      spell: 'waiting',
      spellSince: timeOf(5),
    });
  });

  it('stays in a stage that is begun anew', () =>
    expect(journeyAfter([0, ...atDraftGate], [1, decide('fresh-5', 'pivot')])).toMatchObject({
      currentStage: 'draft',
      standings: { draft: { number: 1, standing: 'in_stage' } },
      waitingMs: { draft: [0, 0] },
      gates: [{ end: 'pivot' }],
    }));

  it('stops the clock while parked', () => {
    const atWork: readonly At[] = [
      [0, start()],
      [4, park],
    ];
    expect(journeyAfter(...atWork)).toMatchObject({
      status: 'parked',
      standings: { draft: { standing: 'in_stage' } },
      spell: 'working',
      spellSince: null,
      spellMs: 4 * MINUTE,
    });
    expect(journeyAfter(...atWork, [24, unpark], [30, complete('draft')])).toMatchObject({
      status: 'running',
      workingMs: { draft: [10 * MINUTE] },
    });
  });

  it('opens a fresh gate where parking closed one', () => {
    const parkedAtGate: readonly At[] = [
      [0, ...atDraftGate],
      [2, park],
    ];
    expect(journeyAfter(...parkedAtGate)).toMatchObject({
      gates: [{ stage: 'draft', end: 'superseded', by: 'founder', ms: 2 * MINUTE }],
      spell: null,
      spellSince: null,
    });
    expect(journeyAfter(...parkedAtGate, [9, unpark])).toMatchObject({
      spell: 'gate',
      spellSince: timeOf(9),
      spellMs: 0,
    });
  });

  it('has nobody to wait for after a gate that expired', () =>
    expect(
      journeyAfter([0, ...atDraftGate], [59, command('wake', {}, { now: '2026-03-02T00:00:00.000Z' })]),
    ).toMatchObject({ gates: [{ end: 'expired', ms: 59 * MINUTE }], spell: null, spellSince: null }));

  it('stands still where it failed, and goes on when it is resumed', () => {
    const [, story = []] = clerksStories;
    const failed = story.slice(0, -2);
    const [resume] = story.slice(-2);
    if (resume === undefined) throw new Error('The story goes on.');
    expect(journeyAfter([0, ...failed.slice(0, -1)], [7, ...failed.slice(-1)])).toMatchObject({
      status: 'failed',
      endedAt: null,
      standings: { build: { standing: 'in_stage' } },
      spell: 'working',
      spellSince: null,
      spellMs: 7 * MINUTE,
    });
    expect(journeyAfter([0, ...failed], [30, resume])).toMatchObject({ status: 'running', spellSince: timeOf(30) });
  });

  it('ends as dropped out where it was cancelled, parked or not', () => {
    const cancel = command('cancel', { reason: 'No', outcome: 'withdrawn' });
    const row = journeyAfter([0, ...atBuild], [1, park], [2, cancel]);
    expect(row).toMatchObject({
      status: 'cancelled',
      outcome: 'withdrawn',
      endedAt: timeOf(2),
      currentStage: 'build',
      standings: { draft: { standing: 'passed' }, build: { standing: 'dropped_out' } },
      waitingMs: { draft: [0] },
      spell: null,
    });
    expect(row && runJourneys.isFinal?.(row)).toBe(true);
  });

  it('ends with every stage passed', () => {
    const acts: readonly At[] = [
      [0, ...atBuild, command('start_stage', { stage: 'build' }), complete('build'), complete('check')],
      [5, decide('fresh-9', 'proceed', {}, approver), complete('ship')],
    ];
    expect(journeyAfter(...acts)).toMatchObject({
      status: 'completed',
      outcome: 'completed',
      endedAt: timeOf(5),
      standings: {
        draft: { standing: 'passed' },
        build: { standing: 'passed' },
        check: { standing: 'passed' },
        ship: { number: 5, standing: 'passed' },
      },
      spell: null,
    });
  });

  it('counts a spell that ends before it begins, by the callers’ words, as nothing', () =>
    expect(journeyAfter([10, start()], [4, complete('draft')])).toMatchObject({ workingMs: { draft: [0] } }));
});
