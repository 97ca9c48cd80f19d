import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { researchDesk } from '../../scripts/demo/graph-definition.ts';
import { type ApiClient } from '../support/api-client.js';
import { keyFor, startDocumentedService } from '../support/service.js';
import { expectSoundTimeline } from '../support/sound-timeline.js';
import { until } from '../support/wait.js';
import { completed, statusOf, timelineOf } from '../support/workers.js';

type NodeRun = Readonly<{ node_id: string; status: string; duration_ms: number }>;
type Job = Readonly<{ id: string; attempt: number; payload: Readonly<Record<string, unknown>> }>;
type NodeEvent = Readonly<{
  event_type: string;
  detail: Readonly<{
    node: string;
    attempt: number;
    because?: readonly Readonly<{ edge: string; from: string; resolution: string }>[];
    skip_reason?: Readonly<{ code: string }>;
    edges?: readonly Readonly<{ edge: string; to: string; resolution: string }>[];
  }>;
}>;

const desk = researchDesk('e2e');
let service: Awaited<ReturnType<typeof startDocumentedService>>;
let worker: ApiClient;

beforeAll(async () => {
  service = await startDocumentedService();
  worker = service.api.as(await keyFor(service.api, { roles: ['worker'], actor_type: 'worker', actor_id: 'robot' }));
  expect((await service.api.post('/pipelines', desk)).status).toBe(201);
});
afterAll(() => service.close());

const start = async (): Promise<string> => {
  const run = await service.api.post<{ id: string }>('/pipeline/start', {
    template: desk.key,
    input: { question: 'How warm is the sea?' },
  });
  expect(run.status).toBe(201);
  return run.body.id;
};

const claim = async (agent: string): Promise<Job> => {
  const claimed = await worker.post<{ jobs: Job[] }>('/jobs/claim', {
    handlers: [`${agent}-e2e`],
    limit: 1,
    worker_id: 'robot',
    lease_seconds: 30,
    wait_seconds: 10,
  });
  const [job] = claimed.body.jobs;
  if (job === undefined) throw new Error(`No work for ${agent}: ${JSON.stringify(claimed.body)}`);
  return job;
};

const report = async ({ id, attempt }: Job, how: string, body: object): Promise<void> => {
  expect(await worker.post(`/jobs/${id}/${how}`, { attempt, ...body })).toMatchObject({ status: 200 });
};

const found = { answer: '17 degrees', sources: 3, confidence: 0.9 };

/** The research is done at the second attempt, which leads to the check. */
const researched = async (): Promise<void> => {
  await report(await claim('researcher'), 'fail', { error: 'The library is closed.', retry_after_seconds: 0 });
  const again = await claim('researcher');
  expect(again.attempt).toBe(2);
  await report(again, 'complete', { output: found });
};

const nodeEvents = async (runId: string): Promise<readonly NodeEvent[]> =>
  (await timelineOf(service.api, runId)).filter(({ event_type: type }) =>
    type.startsWith('pipeline_node.'),
  ) as unknown as readonly NodeEvent[];

const ends = ['completed', 'failed', 'skipped', 'cancelled'].map((end) => `pipeline_node.${end}`);

describe('a graph with every type of node', () => {
  let runId: string;
  let events: readonly NodeEvent[];
  beforeAll(async () => {
    runId = await start();
    await researched();
    await report(await claim('checker'), 'complete', { output: { verdict: 'true' } });
    await completed(service.api, runId);
    events = await nodeEvents(runId);
  }, 60_000);

  it('ends every node once', () => {
    const ended = events.filter(({ event_type }) => ends.includes(event_type)).map(({ detail }) => detail.node);
    expect(ended.toSorted()).toEqual(desk.nodes.map(({ id }) => id).toSorted());
  });

  it('says of each node, in the timeline alone, why it ran or did not', () => {
    const resolved = new Map<string, string>();
    for (const { event_type, detail } of events) {
      for (const { edge, from, resolution } of detail.because ?? []) {
        expect({ event_type, node: detail.node, edge, from, resolution: resolved.get(edge) }).toMatchObject({
          resolution,
        });
      }
      if (detail.because !== undefined && detail.node !== 'question') {
        const isTaken = detail.because.some(({ resolution }) => resolution === 'taken');
        expect(isTaken).toBe(event_type !== 'pipeline_node.skipped');
      }
      for (const { edge, resolution } of detail.edges ?? []) {
        expect(resolved.has(edge)).toBe(false);
        resolved.set(edge, resolution);
      }
    }
    expect(events.find(({ event_type }) => event_type === 'pipeline_node.skipped')?.detail).toMatchObject({
      node: 'ask_again',
      skip_reason: { code: 'no-edge-taken' },
      because: [{ edge: 'is-not', from: 'sure', resolution: 'not_taken' }],
    });
    expect(
      events.filter(({ event_type }) => event_type === 'pipeline_node.retrying').map(({ detail }) => detail),
    ).toEqual([expect.objectContaining({ node: 'research', retry_count: 1, error: 'The library is closed.' })]);
  });

  it('shows what each node was given, what it made and how long it took', async () => {
    const { body } = await service.api.get<{ items: NodeRun[] }>(`/pipeline/${runId}/nodes?limit=50`);
    const nodes = new Map(body.items.map((node) => [node.node_id, node]));
    expect(nodes.get('research')).toMatchObject({ status: 'completed', retry_count: 1, output: found });
    expect(nodes.get('summary')).toMatchObject({ output: { line: '17 degrees', sources: 3 } });
    expect(nodes.get('report')).toMatchObject({
      input: { summary: { line: '17 degrees', sources: 3 }, check: { verdict: 'true' } },
      output: { answer: '17 degrees', verdict: 'true' },
    });
    expect(nodes.get('rest')?.duration_ms).toBeGreaterThanOrEqual(2000);
    expect(nodes.get('ask_again')).toMatchObject({ status: 'skipped', skip_reason: { code: 'no-edge-taken' } });
  });

  it('leaves a timeline that is sound', () => expectSoundTimeline(service.connection));
});

describe('a graph whose agent fails for good', () => {
  let runId: string;
  let checking: Job;
  beforeAll(async () => {
    runId = await start();
    await researched();
    checking = await claim('checker');
    await report(checking, 'fail', { error: 'No such source.', retryable: false });
    await until('the run has failed', async () => (await statusOf(service.api, runId)) === 'failed');
  }, 60_000);

  it('lets the other branches end, skips what came after, and fails', async () => {
    const { body } = await service.api.get<{ items: NodeRun[] }>(`/pipeline/${runId}/nodes?limit=50`);
    const statuses = Object.fromEntries(body.items.map(({ node_id: id, status }) => [id, status] as const));
    expect(statuses).toMatchObject({ check: 'failed', summary: 'completed', rest: 'completed', report: 'skipped' });
    expect(body.items.find((node) => node.node_id === 'report')).toMatchObject({
      skip_reason: { code: 'upstream-failed' },
    });
  });

  it('shows first what would run again, then runs it and nothing else', async () => {
    const rehearsed = await service.api.post<{ events: { event_type: string; detail: object }[] }>(
      `/pipeline/${runId}/resume?dry_run=true`,
      { reason: 'The source is back.' },
    );
    const rerun = ['check', 'report', 'archive'];
    expect(rehearsed.body.events[0]).toMatchObject({
      event_type: 'pipeline_run.resumed',
      detail: { attempt: 2, rerun, kept_count: desk.nodes.length - rerun.length },
    });
    expect(await statusOf(service.api, runId)).toBe('failed');

    expect((await service.api.post(`/pipeline/${runId}/resume`, { reason: 'The source is back.' })).status).toBe(200);
    const late = await worker.post(`/jobs/${checking.id}/complete`, { attempt: checking.attempt, output: 'late' });
    expect(late).toMatchObject({ status: 409, body: { code: 'lease-lost' } });
    await report(await claim('checker'), 'complete', { output: { verdict: 'true' } });
    await completed(service.api, runId);
    const second = (await nodeEvents(runId)).filter(({ detail }) => detail.attempt === 2);
    expect([...new Set(second.map(({ detail }) => detail.node))].toSorted()).toEqual(rerun.toSorted());
  }, 30_000);
});

describe('an agent that answers with other JSON than an object', () => {
  it.each([['text'], [17], [['a', 'list']], [false], [null]])('has it shown as it is: %j', async (output) => {
    const nodes = [
      { id: 'start', type: 'trigger', name: 'Start', config: {}, next: ['ask'] },
      { id: 'ask', type: 'agent', name: 'Ask', config: { agent_id: 'plain-e2e', task: 'Answer.' } },
    ];
    await service.api.post('/pipelines', { key: 'plain-answers', name: 'Plain answers', nodes, edges: [] });
    const { body: run } = await service.api.post<{ id: string }>('/pipeline/start', { template: 'plain-answers' });
    await report(await claim('plain'), 'complete', { output });
    const { body } = await service.api.get<{ items: NodeRun[] }>(`/pipeline/${run.id}/nodes`);
    expect(body.items).toMatchObject([{ node_id: 'start' }, { node_id: 'ask', status: 'completed', output }]);
  });
});
