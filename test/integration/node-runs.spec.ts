import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { ListNodes, ListNodesHandler } from '../../src/runs/node-run/list-nodes.query.js';
import type { NodeRunResponse } from '../../src/runs/node-run/node.response.js';
import { RunHistory } from '../../src/runs/run-history.js';
import type { GraphDefinition } from '../../src/work/contract.js';
import { chainOf, graphStage } from '../support/plain-graphs.js';
import { runsOf } from '../support/graph-runs.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { clerksGraph } from '../support/run-story.js';
import { openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let runs: ReturnType<typeof runsOf>;
let lists: ListNodesHandler;
beforeAll(async () => {
  opened = await openStore();
  runs = runsOf(opened);
  lists = new ListNodesHandler(opened.database);
});
afterAll(() => opened.close());

const shownAt = (runId: string, version: number) =>
  new RunHistory(opened.store, opened.memory).rowAt(DEFAULT_TENANT_ID, runId, { version });

const listed = (runId: string, filter: Partial<ListNodes['filter']> = {}) =>
  lists.execute(new ListNodes(DEFAULT_TENANT_ID, runId, { limit: 50, ...filter }));
const nodesOf = async (runId: string, filter: Partial<ListNodes['filter']> = {}) =>
  new Map((await listed(runId, filter)).items.map((node) => [node.node_id, node]));
const statusesOf = async (runId: string, filter: Partial<ListNodes['filter']> = {}) =>
  Object.fromEntries([...(await nodesOf(runId, filter))].map(([id, { status }]) => [id, status]));

/** A worker takes the job of a node; answers how to report on it. */
const take = async (runId: string, node: string) => {
  const jobId = (await nodesOf(runId)).get(node)?.job_id ?? '';
  const named = { stage: 'work', node, jobId };
  const leaseExpiresAt = new Date(Date.now() + 30_000).toISOString();
  const data = { jobs: [named], workerId: 'robot', leaseSeconds: 30, leaseExpiresAt };
  await runs.act(runId, { type: 'start_jobs', data });
  return { ...named, attempt: 1 };
};

describe('the nodes of a run', () => {
  it('say where each stands, what it was given and what it made', async () => {
    const runId = await runs.start(graphStage('work', clerksGraph));
    expect((await listed(runId)).items.map(({ node_id }) => node_id)).toEqual(clerksGraph.nodes.map(({ id }) => id));
    expect(await statusesOf(runId)).toMatchObject({
      fork: 'completed',
      ask: 'scheduled',
      rest: 'waiting',
      weigh: 'pending',
    });
    const asked = await take(runId, 'ask');
    expect((await nodesOf(runId)).get('ask')).toMatchObject({
      status: 'running',
      output: null,
      started_at: expect.any(String),
    });
    await runs.act(runId, { type: 'complete_job', data: { ...asked, output: 25 } });
    const nodes = await nodesOf(runId);
    expect(nodes.get('weigh')).toMatchObject({
      type: 'condition',
      name: 'Weigh',
      stage: 'work',
      input: { ask: 25 },
      output: { result: true },
      attempt: 1,
      retry_count: 0,
    });
    expect(nodes.get('again')).toMatchObject({
      status: 'skipped',
      skip_reason: { code: 'no-edge-taken' },
      because: [{ edge: 'light', from: 'weigh', resolution: 'not_taken' }],
      input: {},
      duration_ms: null,
    });
    expect(nodes.get('end')).toMatchObject({ status: 'pending', input: null, because: null, attempt: null });
    await runs.act(runId, { type: 'cancel', data: { reason: 'Enough.' } });
    expect(await statusesOf(runId)).toMatchObject({ ask: 'completed', rest: 'cancelled', end: 'cancelled' });
  });

  it('show the latest attempt of each where the run was resumed, and any attempt where it is asked for', async () => {
    const graph: GraphDefinition = {
      nodes: [
        { id: 'begin', type: 'trigger', name: 'Begin', config: {}, next: ['ask', 'aside'] },
        { id: 'ask', type: 'agent', name: 'Ask', config: { agent_id: 'clerk', task: 'Ask.' }, next: ['end'] },
        { id: 'aside', type: 'action', name: 'Aside', config: { action: 'noop' }, next: ['end'] },
        { id: 'end', type: 'action', name: 'End', config: { action: 'noop' } },
      ],
      edges: [],
    };
    const runId = await runs.start(graphStage('work', graph));
    const failure = { error: 'No such source.', chance: 0, retryable: false };
    await runs.act(runId, { type: 'fail_job', data: { ...(await take(runId, 'ask')), ...failure } });
    expect(await statusesOf(runId)).toEqual({ begin: 'completed', ask: 'failed', aside: 'completed', end: 'skipped' });
    await runs.act(runId, { type: 'resume', data: { reason: 'It is back.' } });
    expect(await statusesOf(runId)).toEqual({
      begin: 'completed',
      ask: 'scheduled',
      aside: 'completed',
      end: 'pending',
    });
    await runs.act(runId, { type: 'complete_job', data: { ...(await take(runId, 'ask')), output: 'found' } });
    expect((await nodesOf(runId)).get('end')).toMatchObject({
      attempt: 2,
      status: 'completed',
      input: { ask: 'found', aside: { idea: 'boats' } },
    });
    expect(await statusesOf(runId, { attempt: 1 })).toEqual({
      begin: 'completed',
      ask: 'failed',
      aside: 'completed',
      end: 'skipped',
    });
    expect(await statusesOf(runId, { attempt: 2 })).toEqual({ ask: 'completed', end: 'completed' });
  });

  it('leave an input out that is too long to be shown beside others', async () => {
    const long = 'x'.repeat(40_000);
    const graph: GraphDefinition = {
      nodes: [
        { id: 'begin', type: 'trigger', name: 'Begin', config: {}, next: ['one', 'two'] },
        {
          id: 'one',
          type: 'action',
          name: 'One',
          config: { action: 'set', values: { text: `"${long.slice(0, 900)}"` } },
          next: ['end'],
        },
        { id: 'two', type: 'agent', name: 'Two', config: { agent_id: 'clerk', task: 'Two.' }, next: ['three', 'end'] },
        { id: 'three', type: 'agent', name: 'Three', config: { agent_id: 'clerk', task: 'Three.' }, next: ['end'] },
        { id: 'end', type: 'action', name: 'End', config: { action: 'noop' } },
      ],
      edges: [],
    };
    const runId = await runs.start(graphStage('work', graph));
    await runs.act(runId, { type: 'complete_job', data: { ...(await take(runId, 'two')), output: long } });
    expect((await nodesOf(runId)).get('three')?.input).toEqual({ two: long });
    await runs.act(runId, { type: 'complete_job', data: { ...(await take(runId, 'three')), output: long } });
    expect((await nodesOf(runId)).get('end')).toMatchObject({ status: 'completed', input: null });
  });

  it('of several stages come in their order, or of one alone; a run without graphs has none', async () => {
    const first = { ...graphStage('first', chainOf(2)), exit_criteria: [{ key: 'read', text: 'Read' }] };
    const runId = await runs.start(first, graphStage('second', chainOf(3)));
    const { items } = await listed(runId);
    expect(items.map(({ stage, node_id, status }) => [stage, node_id, status])).toEqual([
      ['first', 'n0', 'completed'],
      ['first', 'n1', 'completed'],
      ['second', 'n0', 'pending'],
      ['second', 'n1', 'pending'],
      ['second', 'n2', 'pending'],
    ]);
    expect([...(await nodesOf(runId, { stage: 'second' })).keys()]).toEqual(['n0', 'n1', 'n2']);
    const bare = await runs.start({ key: 'bare', name: 'Bare', milestones: {}, exit_criteria: [] });
    expect(await listed(bare)).toEqual({ items: [], next: null });
    await expect(listed('00000000-0000-7000-8000-00000000dead')).rejects.toMatchObject({ code: 'run-not-found' });
  });

  it('come page by page, of ten thousand as of ten, and none of them is carried by the stage', async () => {
    const runId = await runs.start(graphStage('work', chainOf(10_000)));
    const seen: NodeRunResponse[] = [];
    let after: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      const { items, next } = await listed(runId, { limit: 200, ...(after === undefined ? {} : { after }) });
      seen.push(...items);
      after = next ?? undefined;
    }
    expect(seen.map(({ node_id }) => node_id)).toEqual(Array.from({ length: 600 }, (_, index) => `n${String(index)}`));
    expect(Object.values(Object.groupBy(seen, ({ status }) => status)).map((of) => of?.length)).toEqual([200, 400]);
    const [stage] = await opened.database.system((manager) =>
      manager.query<{ size: number }[]>(
        'select length(definition::text) as size from stage_configs where run_id = $1',
        [runId],
      ),
    );
    expect(stage?.size).toBeLessThan(1000);
  });

  it('leave the run as it was at any of its versions', async () => {
    const runId = await runs.start(graphStage('work', clerksGraph));
    const before = await shownAt(runId, 3);
    expect(before).toMatchObject({ status: 'running', waitingOn: null, streamVersion: 3 });
    await runs.act(runId, { type: 'cancel', data: { reason: 'Enough.' } });
    const { length } = await runs.eventsOf(runId);
    expect(await shownAt(runId, length)).toMatchObject({ status: 'cancelled', streamVersion: length });
    expect(await shownAt(runId, length - 6)).toMatchObject({ status: 'running', waitingOn: 'job' });
  });

  it('are in their read models what the events say', () => expectReadModelsToEqualFold(opened.connection));
});
