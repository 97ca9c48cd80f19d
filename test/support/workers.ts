import { createServer } from 'node:net';
import { expect } from '@jest/globals';
import type { Answer, ApiClient } from './api-client.js';
import { type Child, runProgram } from './child.js';
import { until } from './wait.js';

/** What an outside worker is told; `skewMs` is how wrong its clock goes. */
export type WorkerSettings = Readonly<{
  url: string;
  key: string;
  workerId: string;
  handlers: readonly string[];
  leaseSeconds: number;
  holdMs: number;
  skewMs?: number;
  limit?: number;
}>;

/** Starts an outside worker in a process of its own, and waits until it works. */
export async function spawnWorker(settings: WorkerSettings): Promise<Child> {
  const worker = runProgram('worker.ts', [JSON.stringify(settings)]);
  await worker.says(/^works$/m);
  return worker;
}

/** Ends workers at once, as a lost machine would. */
export async function killAll(workers: readonly Child[]): Promise<void> {
  for (const worker of workers) worker.kill('SIGKILL');
  await Promise.all(workers.map(({ exit }) => exit));
}

/** A port that was free a moment ago, for services that start again where their workers look for them. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

type TimelinePage = Readonly<{ items: readonly Event[]; next: number | null }>;
type Event = Readonly<{ event_type: string; detail: Readonly<Record<string, unknown>> }>;

/** Publishes a graph in which so many agents work side by side, and starts a run of it; answers the run's id. */
export async function startFan(api: ApiClient, agentId: string, width: number): Promise<string> {
  const agents = Array.from({ length: width }, (_, index) => `agent-${index}`);
  const published = await api.post('/pipelines', {
    key: `fan-${agentId}`,
    name: 'Fan',
    nodes: [
      { id: 'start', type: 'trigger', name: 'Start', config: {}, next: agents },
      ...agents.map((id) => ({
        id,
        type: 'agent',
        name: id,
        config: { agent_id: agentId, task: 'Count to ten.' },
        next: ['end'],
      })),
      { id: 'end', type: 'parallel', name: 'End', config: {} },
    ],
    edges: [],
  });
  if (published.status > 201) throw new Error(`Not published: ${JSON.stringify(published.body)}`);
  const run = await api.post<{ id: string }>('/pipeline/start', { template: `fan-${agentId}` });
  if (run.status !== 201) throw new Error(`No run: ${JSON.stringify(run.body)}`);
  return run.body.id;
}

/** The status of a run. */
export async function statusOf(api: ApiClient, runId: string): Promise<string | undefined> {
  const { status, body } = await api.get<{ status: string }>(`/pipeline/${runId}`);
  return status === 200 ? body.status : undefined;
}

/** Waits until a run is completed. */
export function completed(api: ApiClient, runId: string, patienceMs = 60_000): Promise<void> {
  const look = () => statusOf(api, runId).catch(() => undefined);
  return until('the run is completed', async () => (await look()) === 'completed', patienceMs);
}

/** Every event of a run, in order. */
export async function timelineOf(api: ApiClient, runId: string): Promise<readonly Event[]> {
  const events: Event[] = [];
  for (let after: number | null = 0; after !== null;) {
    const { body }: Answer<TimelinePage> = await api.get(
      `/pipeline/${runId}/timeline?limit=200&after_version=${after}`,
    );
    events.push(...body.items);
    after = body.next;
  }
  return events;
}

/** How often each node has an event of this type. */
export function perNode(events: readonly Event[], type: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { event_type, detail } of events) {
    const node = String(detail['node']);
    if (event_type === type) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

/** Every agent of a fan ended completed, once, and so did its job. */
export function expectEachOnce(events: readonly Event[], width: number): void {
  const nodes = ['start', ...Array.from({ length: width }, (_, index) => `agent-${index}`), 'end'].toSorted();
  const once = new Map(nodes.map((node) => [node, 1]));
  const sorted = (counts: ReadonlyMap<string, number>) => new Map([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  expect(sorted(perNode(events, 'pipeline_node.completed'))).toEqual(once);
  const jobs = perNode(events, 'job.succeeded');
  expect(jobs.size).toBe(width);
  expect(new Set(jobs.values())).toEqual(new Set([1]));
  expect(perNode(events, 'pipeline_node.failed').size).toBe(0);
}
