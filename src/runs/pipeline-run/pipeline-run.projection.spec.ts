import { describe, expect, it } from '@jest/globals';
import {
  atDraftGate,
  command,
  history,
  recorded,
  start,
  atWork,
  clerksStories,
} from '../../../test/support/run-story.js';
import { project } from '../../kernel/projection.js';
import type { RunCommand } from '../run-command.decider.js';
import { pipelineRuns, type PipelineRunRow } from './pipeline-run.projection.js';

function rowAfter(...commands: readonly RunCommand[]): PipelineRunRow | undefined {
  const rows = project(pipelineRuns, new Map(), recorded(history(...commands)));
  return rows.get('run-1');
}

const decide = (decision: 'proceed' | 'park') => command('decide_gate', { gateId: 'fresh-5', decision, reason: 'Yes' });

describe('the pipeline_runs read model', () => {
  it('shows a run as it starts', () => {
    expect(rowAfter(start())).toEqual({
      id: 'run-1',
      tenantId: 'tenant-1',
      streamVersion: 3,
      templateKey: 'trial',
      templateVersion: 3,
      templateHash: 'c0ffee',
      templateName: 'Trial',
      subjectType: 'project',
      projectId: 'project-1',
      candidateId: null,
      jobProfileId: null,
      subject: { type: 'project', project_id: 'project-1' },
      input: { idea: 'boats' },
      status: 'running',
      waitingOn: null,
      waits: { gate: 0, human: 0, job: 0, timer: 0 },
      currentStage: 'draft',
      stageNumber: 1,
      stageEnteredAt: 'occurred-2',
      stages: ['draft', 'build', 'vault', 'check', 'ship'],
      stageProgress: {
        draft: 'in_progress',
        build: 'created',
        vault: 'created',
        check: 'created',
        ship: 'created',
      },
      stagePercents: { draft: 0, build: 0, vault: 0, check: 0, ship: 0 },
      lockedStages: ['vault'],
      progressPercent: 0,
      openGateId: null,
      outcome: null,
      createdAt: 'recorded-1',
      updatedAt: 'recorded-3',
    });
  });

  it('waits on an open gate', () => {
    // 75 of the draft, over four unlocked stages: 18.75.
    expect(rowAfter(...atDraftGate)).toMatchObject({
      waitingOn: 'gate',
      openGateId: 'fresh-5',
      stageProgress: { draft: 'completed' },
      stagePercents: { draft: 75 },
      progressPercent: 19,
      streamVersion: 8,
      updatedAt: 'recorded-8',
    });
  });

  it('goes on once the gate is passed', () => {
    expect(rowAfter(...atDraftGate, decide('proceed'))).toMatchObject({
      waitingOn: null,
      openGateId: null,
      currentStage: 'build',
      stageNumber: 2,
      stageEnteredAt: 'occurred-12',
      stageProgress: { draft: 'gated', build: 'created' },
      stagePercents: { draft: 95 },
    });
  });

  it('still waits after its gate lapsed', () => {
    const expire = command('wake', {}, { now: '2026-03-02T00:00:00.000Z' });
    expect(rowAfter(...atDraftGate, expire)).toMatchObject({ waitingOn: 'gate', openGateId: null, status: 'running' });
  });

  it('is parked and waits anew when unparked', () => {
    const parked = [...atDraftGate, decide('park')];
    expect(rowAfter(...parked)).toMatchObject({ status: 'parked', waitingOn: null, openGateId: null });
    expect(rowAfter(...parked, command('unpark', { reason: 'Autumn' }))).toMatchObject({
      status: 'running',
      waitingOn: 'gate',
      openGateId: 'fresh-7',
    });
  });

  it('waits for a worker, for a person before that, and for a delay where nothing else is open', () => {
    expect(rowAfter(...atWork)).toMatchObject({ waitingOn: 'job', waits: { job: 1, timer: 1 } });
    const [job, attempt] = [{ stage: 'build', node: 'ask', jobId: '00000000-0000-7000-8000-000000000000' }, 1];
    const asking = command('need_human', { ...job, attempt, reason: 'Who is that?' });
    expect(rowAfter(...atWork, asking)).toMatchObject({ waitingOn: 'human', waits: { job: 0, human: 1, timer: 1 } });
    const answered = command('resolve_job', { ...job, outcome: 'succeeded', output: 25, reason: 'It is Ada.' });
    expect(rowAfter(...atWork, asking, answered)).toMatchObject({ waitingOn: 'timer', waits: { human: 0, timer: 1 } });
    const again = command('retry_job', job);
    expect(rowAfter(...atWork, asking, again)).toMatchObject({ waitingOn: 'job', waits: { job: 1, human: 0 } });
  });

  it('waits for nothing while parked, and for what is open when it is back', () => {
    const parked = [...atWork, command('park', { reason: 'Winter.' })];
    expect(rowAfter(...parked)).toMatchObject({ status: 'parked', waitingOn: null });
    expect(rowAfter(...parked, command('unpark', { reason: 'Spring.' }))).toMatchObject({ waitingOn: 'job' });
  });

  it.each([
    ['failed', -2, { status: 'failed', waitingOn: null, outcome: null }],
    ['resumed', -1, { status: 'running', waitingOn: 'job' }],
    ['out of time', undefined, { status: 'timeout', waitingOn: null, waits: { gate: 0, human: 0, job: 0, timer: 0 } }],
  ])('shows a run that is %s', (_what, end, row) => {
    const [, story = []] = clerksStories;
    expect(rowAfter(...story.slice(0, end))).toMatchObject(row);
  });

  it('keeps the outcome of a closed run, and is not forgotten: a repeat is still answered from it', () => {
    const row = rowAfter(...atDraftGate, command('cancel', { reason: 'Why not', outcome: 'sold' }));
    expect(row).toMatchObject({ status: 'cancelled', outcome: 'sold', waitingOn: null, openGateId: null });
    expect(pipelineRuns.isFinal).toBeUndefined();
  });

  it('names an event whose run has no row', () => {
    const [, entered] = recorded(history(start()));
    if (entered === undefined) throw new Error('A start has more than one event.');
    expect(() => project(pipelineRuns, new Map(), [entered])).toThrow('Run run-1 has no row for its stage.entered.');
  });
});
