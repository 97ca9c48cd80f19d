import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { startDocumentedService, startFounderRun } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
let runId = '';
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
  ({ runId } = await startFounderRun(service.api));
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

const badIds = [
  'nope',
  '1',
  '00000000-0000-7000-8000-00000000dea',
  '00000000-0000-7000-8000-00000000deadd',
  '{00000000-0000-7000-8000-00000000dead}',
  '00000000000070008000000000000dead',
  "' or 1=1 --",
  '%00',
  'null',
  'undefined',
  '__proto__',
  '🚀',
  'x'.repeat(400),
];

const byId = [
  'GET /projects/{id}',
  'GET /pipeline/{id}',
  'GET /pipeline/{id}/stages',
  'GET /pipeline/{id}/nodes',
  'GET /pipeline/{id}/readiness',
  'GET /pipeline/{id}/actions',
  'GET /pipeline/{id}/timeline',
  'GET /gates/{id}',
  'DELETE /keys/{id}',
  'POST /gates/{id}/decision',
  'POST /pipeline/{id}/park',
  'POST /pipeline/{id}/advance',
  'POST /pipeline/{id}/facts',
  'POST /pipeline/{id}/stages/thesis_defined/start',
  'POST /pipeline/{id}/stages/thesis_defined/risks',
  'POST /pipeline/{id}/stages/thesis_defined/milestones/brief_generated/complete',
];

/** What the last word of an address takes. */
const bodies: Readonly<Record<string, object>> = {
  decision: { decision: 'proceed' },
  park: { reason: 'Winter.' },
  facts: { facts: { calls: 3 }, trigger: 'calls_made' },
  risks: { type: 'law', message: 'A permit.' },
};

describe.each(byId)('the id in %s', (route) => {
  it.each(badIds)('is refused where it is none: %s', async (id) => {
    const [method = '', path = ''] = route.split(' ');
    const before = await backstage.stored();
    const address = path.replace('{id}', id === '%00' ? id : encodeURIComponent(id));
    const sent = bodies[path.split('/').at(-1) ?? ''];
    const answer = await service.api.send(method, address, sent === undefined ? {} : { body: sent });
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ in: 'path' }] });
    expect(await backstage.stored()).toEqual(before);
  });
});

describe('a key in the path', () => {
  const keys = ['No', 'a b', '%00', '%F0%9F%9A%80', '__proto__', 'constructor', 'x'.repeat(101), '-', "'", '%22'];

  it.each(keys)('of a stage, a milestone, a criterion or a template is refused where it is none: %s', async (key) => {
    const before = await backstage.stored();
    const stages = `/pipeline/${runId}/stages`;
    const posts = [`${stages}/${key}/start`, `${stages}/${key}/milestones/brief_generated/complete`];
    const deeper = [
      `${stages}/thesis_defined/milestones/${key}/complete`,
      `${stages}/thesis_defined/criteria/${key}/meet`,
    ];
    for (const path of [...posts, ...deeper]) expect([400, 404]).toContain((await service.api.post(path)).status);
    expect([400, 404]).toContain((await service.api.get(`/templates/${key}`)).status);
    expect(await backstage.stored()).toEqual(before);
  });

  it.each(['toString', 'hasownproperty', 'valueof', 'prototype'])(
    'is never taken for what every object has: %s',
    async (key) => {
      const path = `/pipeline/${runId}/stages/${key}/start`;
      expect([400, 404]).toContain((await service.api.post(path)).status);
    },
  );
});

const uuid = '00000000-0000-7000-8000-00000000dead';
const queries: readonly (readonly [string, string, string])[] = [
  ['/pipeline', 'status=nope', '/status'],
  ['/pipeline', 'status=', '/status'],
  ['/pipeline', 'status=running&status=parked', '/status'],
  ['/pipeline', 'template=No', '/template'],
  ['/pipeline', 'stage=__proto__', '/stage'],
  ['/pipeline', 'waiting_on=godot', '/waiting_on'],
  ['/pipeline', 'project_id=nope', '/project_id'],
  ['/pipeline', `candidate_id=${uuid}x`, '/candidate_id'],
  ['/pipeline', 'status[]=running', '/status[]'],
  ['/pipeline', '__proto__=1', '/__proto__'],
  ['/pipeline/{run}', 'version=0', '/version'],
  ['/pipeline/{run}', 'version=-1', '/version'],
  ['/pipeline/{run}', 'version=1.5', '/version'],
  ['/pipeline/{run}', 'version=one', '/version'],
  ['/pipeline/{run}', 'version=99999999999999999999', '/version'],
  ['/pipeline/{run}', 'version=0x10', '/version'],
  ['/pipeline/{run}', 'as_of=yesterday', '/as_of'],
  ['/pipeline/{run}', 'as_of=2026-02-30T00:00:00Z', '/as_of'],
  ['/audit/export', 'from=0000-01-01T00:00:00Z', '/from'],
  ['/pipeline/{run}', 'as_of=2026-01-01T00:00:00', '/as_of'],
  ['/pipeline/{run}', 'as_of=2026-01-01T00:00:00%2B99:00', '/as_of'],
  ['/pipeline/{run}', 'verison=1', '/verison'],
  ['/pipeline/{run}/timeline', 'after_version=-1', '/after_version'],
  ['/pipeline/{run}/timeline', 'category=nope', '/category'],
  ['/pipeline/{run}/timeline', 'limit=0', '/limit'],
  ['/gates', 'status=open', '/status'],
  ['/gates', 'gate_type=nope', '/gate_type'],
  ['/gates', 'run_id=nope', '/run_id'],
  ['/gates', 'stage=No', '/stage'],
  ['/timeline', 'after=-1', '/after'],
  ['/timeline', 'after=nope', '/after'],
  ['/timeline', 'after=1e3', '/after'],
  ['/timeline', 'after=99999999999999999999', '/after'],
  ['/timeline', 'limit=201', '/limit'],
  ['/timeline', 'category=nope', '/category'],
  ['/timeline', 'event_type=No Such', '/event_type'],
  ['/timeline', 'correlation_id=nope', '/correlation_id'],
  ['/timeline', `actor_id=${'x'.repeat(201)}`, '/actor_id'],
  ['/timeline', 'actor_id=%00', '/actor_id'],
  ['/timeline', 'run_id=nope', '/run_id'],
  ['/timeline', 'from=nope', '/from'],
  ['/timeline', 'to=2026-13-01T00:00:00Z', '/to'],
  ['/timeline/stream', 'after=-1', '/after'],
  ['/timeline/stream', 'category=nope', '/category'],
  ['/timeline/stream', 'limit=5', '/limit'],
  ['/timeline/stream', 'from=nope', '/from'],
  ['/audit/export', 'format=xes', '/format'],
  ['/audit/export', 'run_id=nope', '/run_id'],
  ['/audit/export', `run_id=${uuid}&from=2026-01-01T00:00:00Z`, '/run_id'],
  ['/audit/export', 'from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z', '/to'],
  ['/audit/export', 'to=yesterday', '/to'],
  ['/audit/export', 'after=1', '/after'],
];

describe('a query', () => {
  it.each(queries)('of %s that is wrong is pointed at: %s', async (path, query, pointer) => {
    const { body } = await service.api.get(`${path.replace('{run}', runId)}?${query}`);
    expect(body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer, in: 'query' }] });
  });

  it.each([
    '/projects/{id}',
    '/gates/{id}',
    '/pipeline/{id}/stages',
    '/pipeline/{id}/readiness',
    '/pipeline/{id}/actions',
  ])('means nothing to %s and breaks nothing there', async (path) => {
    const { status } = await service.api.get(`${path.replace('{id}', uuid)}?nope=%F0%9F%9A%80`);
    expect(status).toBe(404);
  });

  it.each([
    ['years nobody keeps', 'as_of=0001-01-01T00:00:00Z', 404],
    ['the end of days', 'as_of=9999-12-31T23:59:59.999Z', 200],
    ['a moment with an offset', 'as_of=2999-01-01T00:00:00%2B14:00', 200],
    ['the largest version', 'version=9007199254740991', 404],
  ])('of a run may name %s', async (_name, query, status) => {
    expect((await service.api.get(`/pipeline/${runId}?${query}`)).status).toBe(status);
  });

  it.each(['from=0001-01-01T00:00:00Z', 'to=9999-12-31T23:59:59Z', 'after=9007199254740991', `run_id=${uuid}`])(
    'of the timeline may ask for what is far away: %s',
    async (query) => {
      expect((await service.api.get(`/timeline?${query}`)).status).toBe(200);
    },
  );
});

describe('a strange header', () => {
  it.each([
    ['accept', 'application/xml', 200],
    ['accept-encoding', 'nope', 200],
    ['content-type', '🚀'.normalize('NFC'), 200],
    ['if-none-match', '"1"', 200],
    ['range', 'bytes=0-10', 200],
    ['x-forwarded-for', "'; drop table api_keys", 200],
    ['x-http-method-override', 'DELETE', 200],
    ['cookie', 'a=b; '.repeat(500), 200],
    ['origin', 'https://elsewhere.example', 200],
  ])('%s changes nothing about reading', async (name, value, status) => {
    const latin = Buffer.from(value, 'utf8').toString('latin1');
    expect((await service.api.get('/projects', { headers: { [name]: latin } })).status).toBe(status);
  });
});
