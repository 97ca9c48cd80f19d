import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startTestService } from '../support/service.js';
import { until } from '../support/wait.js';

jest.setTimeout(30_000);

const TOKEN = 'Bearer crm-token-314159';
const settings = { STAGELINE_SECRET_CRM: TOKEN };

type Service = Awaited<ReturnType<typeof startTestService>>;
type Event = Readonly<{ event_type: string; detail: Readonly<Record<string, unknown>> }>;
type Asked = Readonly<{ url: string; body: string; headers: IncomingHttpHeaders }>;

/** Somebody else's service: it is busy at first, then tells back what it was sent, the token too. */
const asked: Asked[] = [];
let other: Server;
let url: string;
let service: Service;
beforeAll(async () => {
  other = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ url: request.url ?? '', body: Buffer.concat(chunks).toString(), headers: request.headers });
      if (request.url === '/gone') return response.writeHead(404).end();
      if (asked.length === 1) return response.writeHead(503, { 'retry-after': '0' }).end();
      const heard = JSON.stringify({ heard: chunks.toString(), with: request.headers.authorization });
      return response.writeHead(200, { 'content-type': 'application/json' }).end(heard);
    });
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  url = `http://localhost:${String((other.address() as AddressInfo).port)}`;
  service = await startTestService({ ...settings, STAGELINE_HTTP_ALLOW_PRIVATE: 'localhost' });
});
afterAll(async () => {
  await service.close();
  other.close();
});

/** Starts a run whose only work is a call, and answers what became of it. */
const called = async ({ api }: Service, key: string, config: object) => {
  const node = { id: 'call', type: 'action', name: 'Call', config: { action: 'http', ...config } };
  const nodes = [{ id: 'start', type: 'trigger', name: 'Start', config: {}, next: ['call'] }, node];
  const published = await api.post('/pipelines', { key, name: 'Calling', nodes, edges: [] });
  expect(published.status).toBe(201);
  const started = await api.post<{ id: string }>('/pipeline/start', { template: key, input: { lead: 'Ada' } });
  const path = `/pipeline/${started.body.id}/timeline?limit=200`;
  const read = async () => (await api.get<{ items: readonly Event[] }>(path)).body.items;
  const isOver = ({ event_type }: Event) => /^pipeline_run.(completed|failed)$/.test(event_type);
  await until('the run is over', async () => (await read()).some(isOver));
  const events = await read();
  return { runId: started.body.id, events, ended: events.find(isOver)?.event_type };
};
const detailOf = (events: readonly Event[], type: string) =>
  events.find(({ event_type }) => event_type === type)?.detail;

describe('a node that calls over HTTP', () => {
  it('sends its input with a secret, is tried again, and hands on the answer', async () => {
    const headers = { Authorization: { secret: 'CRM' } };
    const run = await called(service, 'calling', { method: 'POST', url: `${url}/leads`, headers });
    expect(run.ended).toBe('pipeline_run.completed');
    expect(asked).toHaveLength(2);
    expect(new Set(asked.map(({ headers: sent }) => sent['idempotency-key']))).toEqual(
      new Set([`${run.runId}/main/call/1`]),
    );
    expect(asked[1]).toMatchObject({
      body: '{"start":{"lead":"Ada"}}',
      headers: { authorization: TOKEN, 'content-type': 'application/json' },
    });
    expect(run.events.map(({ event_type }) => event_type)).toContain('pipeline_node.retrying');
    const done = run.events.findLast(({ event_type }) => event_type === 'pipeline_node.completed');
    expect(done?.detail).toMatchObject({
      node: 'call',
      output: { status: 200, body: { heard: '{"start":{"lead":"Ada"}}', with: '***' } },
    });
    expect(JSON.stringify(run.events)).not.toContain('314159');
  });

  it('fails for good where the answer is no', async () => {
    const run = await called(service, 'calling-nobody', { method: 'GET', url: `${url}/gone` });
    expect(run.ended).toBe('pipeline_run.failed');
    expect(detailOf(run.events, 'job.failed')).toMatchObject({ attempt: 1, error: 'It answered 404.' });
  });

  it('fails for good without the secret that it names', async () => {
    const headers = { Authorization: { secret: 'ERP' } };
    const run = await called(service, 'calling-secretly', { method: 'GET', url, headers });
    expect(run.ended).toBe('pipeline_run.failed');
    expect(detailOf(run.events, 'job.failed')?.['error']).toContain('STAGELINE_SECRET_ERP is not set');
  });

  it('does not reach what is not on the public internet unless the operator says so', async () => {
    const strict = await startTestService(settings);
    try {
      const run = await called(strict, 'calling-inside', { method: 'GET', url });
      expect(run.ended).toBe('pipeline_run.failed');
      expect(detailOf(run.events, 'job.failed')?.['error']).toContain('STAGELINE_HTTP_ALLOW_PRIVATE');
    } finally {
      await strict.close();
    }
  });
});
