import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { accepted, readRun, standAtGate } from '../support/founder-walk.js';
import { startDocumentedService, startFounderRun } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

type Events = { items: readonly Record<string, unknown>[] };
const flow = '0190a0a0-0000-7000-8000-00000000f10f';

describe('a correlation id', () => {
  it('comes back as it was sent, and stands in every event of the command', async () => {
    const { api } = service;
    const { runId, run } = await standAtGate(api);
    const headers = { 'x-correlation-id': flow.toUpperCase() };
    const answer = await api.post(`/gates/${String(run.open_gate_id)}/decision`, { decision: 'proceed' }, { headers });
    expect(answer.headers.get('x-correlation-id')).toBe(flow);
    const path = `/pipeline/${runId}/timeline?after_version=${String(run.version)}`;
    const { items } = accepted(await api.get<Events>(path));
    expect(items).toHaveLength(5);
    expect(new Set(items.map((event) => event['correlation_id']))).toEqual(new Set([flow]));
    const [decided, ...consequences] = items;
    expect(decided?.['causation_id']).toBe((decided?.['context'] as Record<string, unknown>)['command_id']);
    expect(new Set(consequences.map((event) => event['causation_id']))).toEqual(new Set([decided?.['id']]));
  });

  it('is made where none was sent, another for each request', async () => {
    const ids = [await service.api.get('/projects'), await service.api.get('/nope')].map(({ headers }) =>
      headers.get('x-correlation-id'),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it.each(['nope', '', '0190a0a0', `${flow} `, `${flow},${flow}`])('is refused where it is no uuid: %p', async (id) => {
    const headers = { 'x-correlation-id': id };
    const { status, body } = await service.api.post('/projects', { name: 'x' }, { headers });
    // A blank at the end of a header is not part of it.
    if (id.trim() === flow) expect(status).toBe(201);
    else expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/X-Correlation-Id', in: 'header' }] });
  });
});

describe('the time of the act', () => {
  it('is kept in UTC beside the time of recording', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const headers = { 'x-occurred-at': '2026-01-31T09:30:00.5+03:00' };
    const { version } = await readRun(api, runId);
    accepted(await api.post(`/pipeline/${runId}/stages/thesis_defined/focus`, { focus: ['Price.'] }, { headers }));
    const { items } = accepted(await api.get<Events>(`/pipeline/${runId}/timeline?after_version=${String(version)}`));
    expect(items).toMatchObject([{ occurred_at: '2026-01-31T06:30:00.500Z' }]);
    expect(items[0]?.['recorded_at']).not.toBe(items[0]?.['occurred_at']);
  });

  it('is the time of recording where nothing is said', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const { items } = accepted(await api.get<Events>(`/pipeline/${runId}/timeline`));
    expect(items.map((event) => event['occurred_at'])).toEqual(items.map((event) => event['recorded_at']));
  });

  it.each([
    '3026-01-01T00:00:00Z',
    'yesterday',
    '2026-01-31',
    '2026-02-30T00:00:00Z',
    '1769851800',
    '2026-01-31T09:30:00',
  ])('is refused in the future or in another form: %s', async (time) => {
    const before = await backstage.stored();
    const headers = { 'x-occurred-at': time };
    const { body } = await service.api.post('/projects', { name: 'x' }, { headers });
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/X-Occurred-At', in: 'header' }] });
    expect(await backstage.stored()).toEqual(before);
  });
});

describe('a command with If-Match', () => {
  it('is done at the version it names, and refused at another with what happened since', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const path = `/pipeline/${runId}/stages/thesis_defined`;
    const read = await api.get(`/pipeline/${runId}`);
    const etag = String(read.headers.get('etag'));
    expect(etag).toBe(`"${String(read.body['version'])}"`);
    const headers = { 'if-match': etag };
    const first = await api.post(`${path}/risks`, { type: 'law', message: 'A permit.' }, { headers });
    expect(first.headers.get('etag')).toBe(`"${String(first.body['version'])}"`);
    accepted(await api.post(`${path}/milestones/brief_generated/complete`));
    const before = await backstage.stored();
    const { status, body } = await api.post(`${path}/milestones/risks_identified/complete`, undefined, { headers });
    const expected = Number(read.body['version']);
    expect({ status, ...body }).toMatchObject({ status: 412, code: 'stale-version', expected, actual: expected + 2 });
    expect(body['intervening']).toMatchObject([
      { event_type: 'risk.raised', stream_version: expected + 1 },
      { event_type: 'milestone.completed', stream_version: expected + 2 },
    ]);
    expect(await backstage.stored()).toEqual(before);
  });

  it('is refused at a version that is not there yet', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const { body } = await api.post(`/pipeline/${runId}/advance`, {}, { headers: { 'if-match': '"900"' } });
    expect(body).toMatchObject({ status: 412, code: 'stale-version', expected: 900, intervening: [] });
  });

  it.each(['"nope"', '"1", "2"', '1.5', '-1', '"99999999999999999999"', '""'])(
    'is refused where it names none: %s',
    async (tag) => {
      const { api } = service;
      const { runId } = await startFounderRun(api);
      const { body } = await api.post(`/pipeline/${runId}/advance`, {}, { headers: { 'if-match': tag } });
      expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/If-Match', in: 'header' }] });
    },
  );

  it('lets one of many through that decided by the same version', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const headers = { 'if-match': `"${String((await readRun(api, runId)).version)}"` };
    const path = `/pipeline/${runId}/stages/thesis_defined/risks`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_none, index) =>
        api.post(path, { type: 'law', message: `Permit ${String(index)}` }, { headers }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
  });
});

describe('a dry run', () => {
  const stage = '/stages/thesis_defined';
  const commands: readonly (readonly [string, object | undefined, string | null])[] = [
    [`${stage}/start`, undefined, null],
    [`${stage}/complete`, { override: true, reason: 'Known.' }, 'stage.completed'],
    [`${stage}/milestones/brief_generated/complete`, undefined, 'milestone.completed'],
    [`${stage}/milestones/risks_identified/reopen`, undefined, 'milestone.reopened'],
    [`${stage}/risks`, { type: 'law', message: 'A permit.' }, 'risk.raised'],
    [`${stage}/focus`, { focus: ['Price.'] }, 'focus.suggested'],
    [`${stage}/result`, { outcome: 'pass' }, 'stage.result_recorded'],
    ['/facts', { facts: { calls: 3 }, trigger: 'calls_made' }, 'facts.recorded'],
    ['/park', { reason: 'Winter.' }, 'pipeline_run.parked'],
    ['/cancel', { reason: 'Sold.' }, 'pipeline_run.cancelled'],
  ];

  it.each(commands)('of %s tells what would happen and stores nothing', async (route, body, type) => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    accepted(await api.post(`/pipeline/${runId}${stage}/milestones/risks_identified/complete`));
    const run = await readRun(api, runId);
    const before = await backstage.stored();
    const headers = { 'idempotency-key': `dry ${route}` };
    const answer = await api.post<Answered>(`/pipeline/${runId}${route}?dry_run=true`, body, { headers });
    const { run: then, events = [] } = accepted(answer);
    if (type === null) expect(answer.body['run'] ?? answer.body).toMatchObject({ id: runId, version: run.version });
    else expect(events[0]).toMatchObject({ event_type: type, stream_id: runId, stream_version: run.version + 1 });
    if (type !== null) expect(then).toMatchObject({ id: runId, version: run.version + events.length });
    expect(await backstage.stored()).toEqual(before);
    expect(await readRun(api, runId)).toEqual(run);
  });

  type Answered = Record<string, unknown> & { run?: object; events?: readonly object[] };

  it('of creating, starting and deciding stores nothing either', async () => {
    const { api } = service;
    const { gateId, run } = await standAtGate(api);
    const project = accepted(await api.post('/projects', { name: 'Solar kiosk' }));
    const before = await backstage.stored();
    const dry = async (path: string, body: object) => accepted(await api.post<Answered>(`${path}?dry_run=true`, body));
    expect(await dry('/projects', { name: 'x' })).toMatchObject({
      events: [{ event_type: 'project.created' }],
      project: { name: 'x' },
    });
    expect(await dry('/pipeline/start', { project_id: project['id'], template: 'founder' })).toMatchObject({
      events: [
        { event_type: 'pipeline_run.started' },
        { event_type: 'stage.entered' },
        { event_type: 'stage.started' },
      ],
      run: { current_stage: 'thesis_defined', version: 3 },
    });
    expect(await dry(`/gates/${gateId}/decision`, { decision: 'proceed' })).toMatchObject({
      gate: { id: gateId, status: 'decided', decision: 'proceed' },
      run: { current_stage: 'validated_direction' },
    });
    const key = { name: 'x', roles: ['viewer'], actor_type: 'user', actor_id: 'bo' };
    expect(await dry('/keys', key)).toEqual({ events: [] });
    expect(await backstage.stored()).toEqual(before);
    expect(await readRun(api, run.id)).toEqual(run);
  });

  it('of revoking a key leaves it as it is', async () => {
    const { api } = service;
    const key = { name: 'x', roles: ['viewer'], actor_type: 'user', actor_id: 'bo' };
    const made = accepted(await api.post('/keys', key));
    await api.send('DELETE', `/keys/${String(made['id'])}?dry_run=true`);
    expect((await api.as(String(made['key'])).get('/projects')).status).toBe(200);
  });

  it('is refused as the command would be', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const refused = await api.post(`/pipeline/${runId}${stage}/complete?dry_run=true`);
    expect(refused.body).toMatchObject({ status: 409, code: 'stage-not-ready' });
  });

  it.each(['dry_run=yes', 'dry_run=', 'dry_run=true&dry_run=true', 'dryrun=true', 'dry_run=TRUE'])(
    'that is misspelt becomes no real command: %s',
    async (query) => {
      const before = await backstage.stored();
      const { body } = await service.api.post(`/projects?${query}`, { name: 'x' });
      expect(body).toMatchObject({ status: 400, errors: [{ in: 'query' }] });
      expect(await backstage.stored()).toEqual(before);
    },
  );
});

describe('addresses', () => {
  it('are the same with /api before them', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    for (const path of [`/pipeline/${runId}`, `/pipeline/${runId}/stages`, '/templates/founder', '/health/live']) {
      const [plain, prefixed] = [await api.get(path), await api.get(`/api${path}`)];
      expect({ status: prefixed.status, body: prefixed.body }).toEqual({ status: 200, body: plain.body });
    }
    expect((await api.post('/api/projects', { name: 'x' })).headers.get('location')).toMatch(/^\/projects\//);
  });

  it.each(['/nope', '/projects/x/y/z', '/api/api/projects', '//projects', '/PROJECTS', '/projects%2f', '/.env'])(
    'where nothing is are 404: %s',
    async (path) => {
      expect((await service.api.get(path)).body).toMatchObject({ status: 404, code: 'not-found' });
    },
  );

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('that do not take %s say what they take', async (method) => {
    const { headers, body } = await service.api.send(method, '/projects');
    expect(body).toMatchObject({ status: 405, code: 'method-not-allowed', allow: ['GET', 'HEAD', 'POST'] });
    expect(headers.get('allow')).toBe('GET, HEAD, POST');
  });

  it('answer HEAD with what GET would say, without a body', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    for (const path of ['/projects', `/pipeline/${runId}`, '/health/live', '/nope', '/timeline/stream']) {
      const head = await api.send<string>('HEAD', path);
      expect(head.body).toBe('');
      if (path === '/timeline/stream') expect(head.headers.get('content-type')).toContain('text/event-stream');
      else expect(head.headers.get('content-type')).toBe((await api.get(path)).headers.get('content-type'));
    }
    expect((await api.send('HEAD', '/projects', { key: null })).status).toBe(401);
  });
});

describe('health', () => {
  it('is told to everybody', async () => {
    expect((await service.api.get('/health/live', { key: null })).body).toEqual({ status: 'live' });
    const { status, body } = await service.api.get('/health/ready', { key: null });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ready', checks: expect.arrayContaining([{ name: 'database', ok: true }]) });
  });
});
