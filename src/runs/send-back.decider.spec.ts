import { describe, expect, it } from '@jest/globals';
import { after, command, history, noPolicy, readyDraft, start, stateAfter } from '../../test/support/run-story.js';
import type { StageDefinition } from '../templates/contract.js';
import type { RunCommand } from './run-command.decider.js';
import { currentStage, type Begun } from './run-state.decider.js';
import type { SendBack } from './run.events.js';

const policy = { ...noPolicy, global: { '*': { require_approval: true } } };
const ann = { actor: { type: 'user', id: 'ann' }, roles: ['approver'] } as const;
const back = (gateId: string, sendBack?: SendBack) =>
  command('decide_gate', { gateId, decision: 'send_back', reason: 'Not yet', sendBack }, { by: ann, policy });
const result = command('record_result', { stage: 'draft', outcome: 'pass' });
const atDraft: readonly RunCommand[] = [
  ...readyDraft,
  result,
  command('complete_stage', { stage: 'draft' }, { policy }),
];
const stateOf = (...commands: readonly RunCommand[]) => currentStage(stateAfter(history(...commands)) as Begun);

/** A stage that goes on by itself: `a` and `b` lead to `c`; `d` stands alone. */
const built = 'build';
const node = (id: string, next: readonly string[] = []) =>
  ({ id, type: 'agent', name: id, config: { agent_id: 'clerk', task: id }, next }) as const;
const graphStages: readonly StageDefinition[] = [
  {
    key: built,
    name: 'Build',
    auto_start: true,
    advance: 'auto',
    milestones: {},
    exit_criteria: [],
    graph: {
      nodes: [
        { id: 'go', type: 'trigger', name: 'Go', config: {}, next: ['a', 'b', 'd'] },
        node('a', ['c']),
        node('b', ['c']),
        node('c'),
        node('d'),
      ],
      edges: [],
    },
  },
];

describe('sending back the whole stage', () => {
  it('has all of it done again', () => {
    after(...atDraft)
      .when(back('fresh-6'))
      .thenTypes(
        'gate.vote_recorded',
        'gate.decided',
        'stage.reopened',
        'milestone.reopened',
        'milestone.reopened',
        'criterion.unmet',
      );
    expect(stateOf(...atDraft, back('fresh-6'))).toMatchObject({
      state: 'in_progress',
      completed: [],
      met: [],
      result: null,
    });
  });

  it('asks for approval again once it is', () => {
    const redone = [...readyDraft.slice(1), command('complete_stage', { stage: 'draft' }, { policy })];
    after(...atDraft, back('fresh-6'), ...redone.slice(0, -1))
      .when(redone.at(-1) as RunCommand)
      .thenAmong({ type: 'gate.opened', detail: { gate_type: 'approval' } });
  });
});

describe('sending back some milestones', () => {
  const some = back('fresh-6', { milestones: { outline: ' Too thin ' } });

  it('reopens those, each with its reason, and keeps the rest', () => {
    after(...atDraft)
      .when(some)
      .thenAmong({
        type: 'milestone.reopened',
        detail: { stage: 'draft', milestone: 'outline', weight: 50, progress_percent: 25 },
        reason: 'Too thin',
      });
    after(...atDraft)
      .when(some)
      .thenAmong({
        type: 'gate.decided',
        detail: { decision: 'send_back', send_back: { milestones: { outline: ' Too thin ' } } },
      });
    expect(stateOf(...atDraft, some)).toMatchObject({
      state: 'in_progress',
      completed: ['review'],
      met: ['sourced'],
      result: { outcome: 'pass' },
    });
  });

  it('says nothing of a milestone that was not complete', () => {
    after(...atDraft)
      .when(back('fresh-6', { milestones: { trimmed: 'Do it after all' } }))
      .thenTypes('gate.vote_recorded', 'gate.decided', 'stage.reopened');
  });

  it('refuses what there is not, with what there is', () => {
    after(...atDraft)
      .when(back('fresh-6', { milestones: { outline: 'Thin', missing: 'Gone' } }))
      .thenRejects('milestone-not-found', { milestones: ['agreed', 'outline', 'review', 'trimmed'] });
    after(...atDraft)
      .when(back('fresh-6', { nodes: { ask: 'Again' } }))
      .thenRejects('node-not-found', { nodes: [] });
  });

  it.each([
    ['milestones', { milestones: {} }, '/send_back/milestones'],
    ['nodes', { nodes: {} }, '/send_back/nodes'],
    ['reasons', { milestones: { outline: ' ' } }, '/send_back/milestones/outline'],
  ])('refuses no %s', (_what, sendBack, pointer) => {
    after(...atDraft)
      .when(back('fresh-6', sendBack))
      .thenRejects('invalid-input', { errors: [expect.objectContaining({ pointer })] });
  });

  it('goes with sending back only', () => {
    after(...atDraft)
      .when(command('decide_gate', { gateId: 'fresh-6', decision: 'approve', sendBack: {} }, { by: ann }))
      .thenRejects('invalid-input', { errors: [expect.objectContaining({ pointer: '/send_back' })] });
  });
});

describe('sending back a stage with a graph', () => {
  const ids = (each: number) => `00000000-0000-7000-8000-${String(each).padStart(12, '0')}`;
  const jobOf = (each: string, after: readonly RunCommand[]) => {
    const state = stateAfter(history(...after)) as Begun;
    const queued = history(...after).filter((event) => event.type === 'job.queued');
    expect(currentStage(state).definition.key).toBe(built);
    const found = queued.findLast(({ detail }) => detail.node === each);
    if (found === undefined) throw new Error(`No job of ${each}.`);
    return { stage: built, node: each, jobId: found.detail.job_id };
  };
  const work = (each: string, before: readonly RunCommand[], freshId: number): readonly RunCommand[] => {
    const job = jobOf(each, before);
    const lease = { workerId: 'robot', leaseSeconds: 30, leaseExpiresAt: '2026-03-01T12:00:30.000Z' };
    const take = command('start_jobs', { jobs: [job], ...lease });
    const robot = { actor: { type: 'worker', id: 'robot' }, roles: ['worker'] } as const;
    const done = command(
      'complete_job',
      { ...job, attempt: 1, output: each },
      { by: robot, policy, freshId: ids(freshId) },
    );
    return [...before, take, done];
  };
  const begun = [{ ...start(graphStages), freshId: ids(1000) }];
  const atApproval = ['a', 'b', 'd', 'c'].reduce<readonly RunCommand[]>(
    (before, each, index) => work(each, before, 2000 + index * 100),
    begun,
  );
  const gateId = ids(2300);
  const sentBack = (sendBack?: SendBack) => ({ ...back(gateId, sendBack), freshId: ids(9000) });

  it('runs the named nodes again with all after them, and keeps the rest', () => {
    after(...atApproval)
      .when(sentBack({ nodes: { b: 'Wrong tone' } }))
      .thenAmong({
        type: 'stage.reopened',
        detail: { work: { attempt: 2, times_out_at: '2026-03-01T13:00:00.000Z', rerun: ['b', 'c'], kept_count: 3 } },
      });
  });

  it('runs all of it again where the whole stage is', () => {
    after(...atApproval)
      .when(sentBack())
      .thenAmong({
        type: 'stage.reopened',
        detail: {
          work: {
            attempt: 2,
            times_out_at: '2026-03-01T13:00:00.000Z',
            rerun: ['go', 'a', 'b', 'c', 'd'],
            kept_count: 0,
          },
        },
      });
  });

  it('refuses a node that there is not', () => {
    after(...atApproval)
      .when(sentBack({ nodes: { z: 'Who?' } }))
      .thenRejects('node-not-found', { nodes: ['go', 'a', 'b', 'c', 'd'] });
  });

  it('waits for news before it goes on by itself, and asks again then', () => {
    const again = [...atApproval, sentBack({ nodes: { c: 'Again' } })];
    after(...again)
      .when(command('wake', {}, { policy }))
      .thenNothing();
    const redone = work('c', again, 9500);
    after(...redone.slice(0, -1))
      .when(redone.at(-1) as RunCommand)
      .thenAmong({ type: 'gate.opened', detail: { gate_type: 'approval' } });
  });

  it('does not go on at once where nothing was to be done', () => {
    const [stage] = graphStages;
    if (stage === undefined) throw new Error('There is one.');
    const { graph: _graph, ...bare } = stage;
    const ready = command('record_facts', { facts: { a: 1 }, trigger: 'told' }, { policy });
    const sent = [{ ...start([bare]), policy }, ready, back('fresh-1')];
    after(...sent.slice(0, -1))
      .when(back('fresh-1'))
      .thenTypes('gate.vote_recorded', 'gate.decided', 'stage.reopened');
    after(...sent)
      .when(ready)
      .thenNothing();
    after(...sent, command('park', { reason: 'Winter.' }))
      .when(command('unpark', { reason: 'Spring.' }, { policy }))
      .thenTypes('pipeline_run.unparked');
    after(...sent)
      .when(command('record_facts', { facts: { a: 2 }, trigger: 'told' }, { policy }))
      .thenTypes('facts.recorded', 'stage.completed', 'gate.opened');
  });
});
