import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Following, followTimeline } from '../support/event-stream.js';
import { accepted, decide, readRun, standAtGate } from '../support/founder-walk.js';
import { keyFor, startDocumentedService, startFounderRun } from '../support/service.js';
import { until } from '../support/wait.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
const following: Following[] = [];
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(async () => {
  for (const { close } of following) close();
  await service.close();
});

type Event = Readonly<Record<string, unknown>> &
  Readonly<{
    position: number | null;
    event_type: string;
    stream_id: string;
    stream_version: number;
    recorded_at: string;
  }>;
type EventPage = Readonly<{ items: readonly Event[]; next: string | number | null }>;

async function page(query: string): Promise<EventPage> {
  return accepted(await service.api.get<EventPage>(`/timeline?${query}`));
}

/** Events that pass the filter, once so many are sealed. */
async function sealed(filter: string, count: number): Promise<readonly Event[]> {
  await until(
    `${String(count)} events are sealed`,
    async () => (await page(`limit=200&${filter}`)).items.length >= count,
  );
  return (await page(`limit=200&${filter}`)).items;
}

async function follow(query: string, lastEventId?: number): Promise<Following> {
  const opened = await followTimeline(service.api, `/timeline/stream?${query}`, lastEventId);
  following.push(opened);
  return opened;
}

describe('the timeline', () => {
  it('tells every column of every event, in the order of dense positions', async () => {
    const { api } = service;
    const { runId, run } = await standAtGate(api);
    await sealed(`run_id=${runId}`, run.version);
    const { items } = await page('limit=200');
    expect(items.map(({ position }) => position)).toEqual(items.map((_event, index) => index + 1));
    const ofRun = items.filter(({ stream_id: stream }) => stream === runId);
    expect(ofRun.map((event) => event.stream_version)).toEqual(ofRun.map((_event, index) => index + 1));
    expect(ofRun[0]).toMatchObject({
      event_type: 'pipeline_run.started',
      category: 'run',
      stream_type: 'pipeline_run',
      schema_version: 1,
      actor_type: 'user',
      actor_id: 'admin',
      detail: { template: { key: 'founder', version: 1 } },
      context: { stream_version: 0 },
      leaf_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('goes on from page to page without loss or repeats', async () => {
    const { runId, run } = await standAtGate(service.api);
    const whole = await sealed(`run_id=${runId}`, run.version);
    const seen: Event[] = [];
    let after: string | number | null = 0;
    while (after !== null) {
      const { items, next }: EventPage = await page(`run_id=${runId}&limit=2&after=${String(after)}`);
      seen.push(...items);
      after = next;
    }
    expect(seen).toEqual(whole);
  });

  it('narrows by category, type, actor, correlation, run and time', async () => {
    const { api } = service;
    const carol = api.as(await keyFor(api, { roles: ['operator'], actor_id: 'carol' }));
    const { runId } = await startFounderRun(carol);
    const flow = '0190a0a0-0000-7000-8000-00000000f20f';
    const headers = { 'x-correlation-id': flow };
    const risk = { type: 'law', message: 'A permit.' };
    accepted(await carol.post(`/pipeline/${runId}/stages/thesis_defined/risks`, risk, { headers }));
    const all = await sealed(`run_id=${runId}`, 4);
    const types = async (filter: string) =>
      (await page(`run_id=${runId}&${filter}`)).items.map((each) => each.event_type);

    expect(await types('category=risk_change')).toEqual(['risk.raised']);
    expect(await types('event_type=stage.entered')).toEqual(['stage.entered']);
    expect(await types(`correlation_id=${flow}`)).toEqual(['risk.raised']);
    expect(await types('actor_id=carol')).toHaveLength(4);
    expect(await types('actor_id=nobody')).toEqual([]);
    expect(await types('category=risk_change&event_type=stage.entered')).toEqual([]);
    const raisedAt = String(all.at(-1)?.recorded_at);
    expect(await types(`from=${raisedAt}`)).toEqual(['risk.raised']);
    expect(await types(`to=${raisedAt}`)).toEqual(['pipeline_run.started', 'stage.entered', 'stage.started']);
    const project = (await page('actor_id=carol&category=subject')).items;
    expect(project.map((each) => each.event_type)).toEqual(['project.created']);
  });

  it('of one run is there at once, page by page', async () => {
    const { api } = service;
    const { runId, run } = await standAtGate(api);
    const read = async (query: string) => accepted(await api.get<EventPage>(`/pipeline/${runId}/timeline?${query}`));
    const whole = await read('');
    expect(whole.items.map((event) => event.stream_version)).toEqual(
      Array.from({ length: run.version }, (_none, index) => index + 1),
    );
    expect(whole.next).toBeNull();
    const first = await read('limit=3');
    expect(first).toMatchObject({ next: 3 });
    const rest = await read('after_version=3');
    expect([...first.items, ...rest.items].map((event) => event['id'])).toEqual(
      whole.items.map((event) => event['id']),
    );
    expect((await read('category=gate_decision')).items).toMatchObject([{ event_type: 'gate.opened' }]);
    expect((await read('after_version=9999')).items).toEqual([]);
    const absent = await api.get('/pipeline/00000000-0000-7000-8000-00000000dead/timeline');
    expect(absent.body).toMatchObject({ status: 404, code: 'run-not-found' });
  });

  it('of something that is no run is not the timeline of a run', async () => {
    const { projectId } = await startFounderRun(service.api);
    const { body } = await service.api.get(`/pipeline/${projectId}/timeline`);
    expect(body).toMatchObject({ status: 404, code: 'run-not-found' });
  });
});

describe('following the timeline', () => {
  it('sends what was and what comes, as the timeline reads', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const stream = await follow(`run_id=${runId}`);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    const before = await stream.take(3);
    accepted(await api.post(`/pipeline/${runId}/park`, { reason: 'Winter.' }));
    const [parked] = await stream.take(1);
    expect(parked).toMatchObject({
      event: 'stage_event',
      data: { event_type: 'pipeline_run.parked', reason: 'Winter.' },
    });
    const events = [...before, parked];
    expect(events.map((sent) => sent?.id)).toEqual(events.map((sent) => sent?.data['position']));
    expect(events.map((sent) => sent?.data)).toEqual((await page(`run_id=${runId}`)).items);
  });

  it('goes on after the last event received, wherever it broke off', async () => {
    const { runId, run } = await standAtGate(service.api);
    const whole = await sealed(`run_id=${runId}`, run.version);
    for (const [index, { position }] of whole.slice(0, -1).entries()) {
      const stream = await follow(`run_id=${runId}`, Number(position));
      const rest = await stream.take(whole.length - index - 1);
      expect(rest.map(({ data }) => data)).toEqual(whole.slice(index + 1));
      stream.close();
    }
  });

  it('trusts the last event id more than the address the stream was opened with', async () => {
    const { runId } = await startFounderRun(service.api);
    const [, second] = await sealed(`run_id=${runId}`, 3);
    const stream = await follow(`run_id=${runId}&after=0`, Number(second?.position));
    expect(await stream.take(1)).toMatchObject([{ data: { event_type: 'stage.started' } }]);
    const after = await follow(`run_id=${runId}&after=${String(second?.position)}`);
    expect(await after.take(1)).toMatchObject([{ data: { event_type: 'stage.started' } }]);
  });

  it('sends only what the filter asks for', async () => {
    const { api } = service;
    const stream = await follow('category=gate_decision&event_type=gate.decided');
    const { gateId } = await standAtGate(api);
    await decide(api, gateId, { decision: 'proceed' });
    expect(await stream.take(1)).toMatchObject([{ data: { event_type: 'gate.decided', detail: { gate_id: gateId } } }]);
  });

  it('gives each of many followers everything once', async () => {
    const { api } = service;
    const head = (await page('limit=200')).items.at(-1)?.position ?? 0;
    const streams = await Promise.all(Array.from({ length: 8 }, () => follow(`after=${String(head)}`)));
    const runs = await Promise.all(Array.from({ length: 5 }, () => startFounderRun(api)));
    const taken = await Promise.all(streams.map(({ take }) => take(runs.length * 4)));
    for (const events of taken) {
      expect(events.map(({ id }) => id)).toEqual(taken[0]?.map((_event, index) => head + index + 1));
      expect(new Set(events.map(({ data }) => data['id'])).size).toBe(runs.length * 4);
    }
  });

  it.each(['nope', '-1', '1.5', '9'.repeat(30), '1 2'])('refuses a last event id that is none: %s', async (id) => {
    const { status, body } = await service.api.get('/timeline/stream', { headers: { 'last-event-id': id } });
    expect({ status, ...body }).toMatchObject({ status: 400, errors: [{ pointer: '/Last-Event-ID', in: 'header' }] });
  });

  it('refuses a position that was never given, and names the last that was', async () => {
    const { runId } = await startFounderRun(service.api);
    await sealed(`run_id=${runId}`, 3);
    const head = (await page('limit=200')).items.at(-1)?.position ?? 0;
    const beyond = String(head + 1);
    const { body } = await service.api.get('/timeline/stream', { headers: { 'last-event-id': beyond } });
    const detail = `must be at most ${String(head)}, the last position given so far.`;
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/Last-Event-ID', in: 'header', detail }] });
    const { body: other } = await service.api.get(`/timeline/stream?after=${beyond}`);
    expect(other).toMatchObject({ status: 400, errors: [{ pointer: '/after', in: 'query', detail }] });
    expect(await page(`after=${beyond}`)).toEqual({ items: [], next: null });
    expect((await follow(`after=${String(head)}`)).status).toBe(200);
  });
});

describe('a run as it was', () => {
  it('is read by any version and any moment it had', async () => {
    const { api } = service;
    const { runId, gateId, run: atGate } = await standAtGate(api);
    await decide(api, gateId, { decision: 'pivot', reason: 'Nobody buys.' });
    const now = await readRun(api, runId);
    for (let version = 1; version <= now.version; version += 1) {
      const { body, headers } = await api.get(`/pipeline/${runId}?version=${String(version)}`);
      expect(body).toMatchObject({ id: runId, version });
      expect(headers.get('etag')).toBe(`"${String(version)}"`);
    }
    expect((await api.get(`/pipeline/${runId}?version=${String(atGate.version)}`)).body).toEqual(atGate);
    expect((await api.get(`/pipeline/${runId}?as_of=${atGate.updated_at}`)).body).toEqual(atGate);
    expect((await api.get(`/pipeline/${runId}?version=${String(now.version)}`)).body).toEqual(now);
    expect((await api.get(`/pipeline/${runId}?as_of=2999-01-01T00:00:00Z`)).body).toEqual(now);
  });

  it('is refused at a version or a moment it never had', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    for (const point of ['version=99', 'as_of=2001-01-01T00:00:00Z']) {
      const { body } = await api.get(`/pipeline/${runId}?${point}`);
      expect(body).toMatchObject({ status: 404, code: 'version-not-found', version: 3 });
    }
    const { body } = await api.get(`/pipeline/${runId}?version=1&as_of=2999-01-01T00:00:00Z`);
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/as_of', in: 'query' }] });
  });
});

describe('verifying the timeline', () => {
  it('finds it as it was sealed', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    await sealed(`run_id=${runId}`, 3);
    const verdict = accepted(await api.post('/audit/verify'));
    expect(verdict).toMatchObject({ valid: true, finding: null });
    expect(verdict['checked_events']).toBeGreaterThanOrEqual(4);
    expect(verdict['checked_seals']).toBeGreaterThanOrEqual(1);
    expect((await api.post('/audit/verify', {})).status).toBe(200);
  });
});
