import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Role, roles } from '../../src/kernel/command-context.js';
import { keyFor, startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
const keys = new Map<Role, string>();
beforeAll(async () => {
  service = await startDocumentedService();
  for (const role of roles) keys.set(role, await keyFor(service.api, { roles: [role] }));
});
afterAll(() => service.close());

const readers = ['operator', 'approver', 'worker', 'auditor', 'viewer'] as const;
/** Those who look at dashboards; a worker has no need to. */
const people = ['viewer', 'operator', 'approver', 'auditor'] as const;
const stage = '/pipeline/{id}/stages/{stage}';

/** Who may call each route, besides `admin`, who may call all of them; null is everybody, without a key. */
const table: Readonly<Record<string, readonly Role[] | null>> = {
  'GET /health/live': null,
  'GET /health/ready': null,
  'GET /problems': null,
  'GET /problems/{code}': null,
  'POST /keys': [],
  'GET /keys': [],
  'DELETE /keys/{id}': [],
  'GET /templates': readers,
  'POST /templates': ['operator'],
  'POST /templates/validate': readers,
  'GET /templates/{key}': readers,
  'GET /templates/{key}/versions/{version}': readers,
  'POST /pipelines': ['operator'],
  'POST /pipelines/validate': readers,
  'POST /projects': ['operator'],
  'GET /projects': readers,
  'GET /projects/{id}': readers,
  'PATCH /projects/{id}': [],
  'GET /projects/{id}/gate-policy': readers,
  'PUT /projects/{id}/gate-policy': [],
  'GET /gate-policy': readers,
  'PUT /gate-policy': [],
  'POST /job-profiles': ['operator'],
  'GET /job-profiles': readers,
  'GET /job-profiles/{id}': readers,
  'POST /candidates': ['operator'],
  'GET /candidates': readers,
  'GET /candidates/{id}': readers,
  'POST /pipeline/start': ['operator'],
  'GET /pipeline': readers,
  'GET /pipeline/why': readers,
  'GET /pipeline/{id}': readers,
  'GET /pipeline/{id}/stages': readers,
  'GET /pipeline/{id}/facts': readers,
  'GET /pipeline/{id}/nodes': readers,
  'GET /pipeline/{id}/readiness': readers,
  'GET /pipeline/{id}/actions': readers,
  'GET /pipeline/{id}/why': readers,
  'GET /pipeline/{id}/gate-policy': readers,
  'GET /pipeline/{id}/timeline': readers,
  [`POST ${stage}/start`]: ['operator'],
  [`POST ${stage}/complete`]: ['operator'],
  [`POST ${stage}/milestones/{key}/complete`]: ['operator'],
  [`POST ${stage}/milestones/{key}/reopen`]: ['operator'],
  [`POST ${stage}/criteria/{key}/meet`]: ['operator'],
  [`POST ${stage}/criteria/{key}/unmeet`]: ['operator'],
  [`POST ${stage}/risks`]: ['operator'],
  [`POST ${stage}/risks/{riskId}/dismiss`]: ['operator'],
  [`POST ${stage}/focus`]: ['operator'],
  [`POST ${stage}/result`]: ['operator'],
  'POST /pipeline/{id}/facts': ['operator', 'worker'],
  'POST /pipeline/{id}/advance': ['operator'],
  'POST /pipeline/{id}/park': ['operator'],
  'POST /pipeline/{id}/unpark': ['operator'],
  'POST /pipeline/{id}/cancel': ['operator'],
  'POST /pipeline/{id}/resume': ['operator'],
  'GET /gates': readers,
  'GET /gates/{id}': readers,
  'POST /gates/{id}/decision': ['operator', 'approver'],
  'POST /gates/{id}/delegate': ['operator', 'approver'],
  'POST /gates/{id}/extend': ['operator', 'approver'],
  'GET /jobs': readers,
  'GET /jobs/{id}': readers,
  'POST /jobs': ['operator'],
  'POST /jobs/batch': ['operator'],
  'POST /jobs/{id}/cancel': ['operator'],
  'POST /jobs/{id}/retry': ['operator'],
  'POST /jobs/{id}/resolve': ['operator'],
  'POST /jobs/claim': ['worker'],
  'POST /jobs/complete': ['worker'],
  'POST /jobs/{id}/heartbeat': ['worker'],
  'POST /jobs/{id}/complete': ['worker'],
  'POST /jobs/{id}/fail': ['worker'],
  'POST /jobs/{id}/needs-human': ['worker'],
  'GET /timeline': readers,
  'GET /timeline/stream': readers,
  'GET /correlations/{id}': people,
  'GET /insights/funnel': people,
  'GET /insights/funnel/{stage}/dropouts': people,
  'GET /insights/cycle-times': people,
  'GET /insights/gates': people,
  'GET /webhooks': [],
  'POST /webhooks': [],
  'GET /webhooks/{id}': [],
  'PATCH /webhooks/{id}': [],
  'DELETE /webhooks/{id}': [],
  'POST /webhooks/{id}/rotate-secret': [],
  'POST /webhooks/{id}/test': [],
  'POST /webhooks/{id}/replay': [],
  'GET /webhooks/{id}/deliveries': [],
  'POST /webhooks/{id}/deliveries/{deliveryId}/replay': [],
  'POST /webhooks/{id}/deliveries/{deliveryId}/skip': [],
  'GET /audit/key': ['auditor'],
  'GET /audit/seals': ['auditor'],
  'GET /audit/events/{id}/proof': ['auditor'],
  'POST /audit/verify': ['auditor'],
  'GET /audit/export': ['auditor'],
  'GET /projections': readers,
  'POST /projections/{name}/rebuild': [],
  'DELETE /projections/{name}/previous': [],
  'GET /projections/{name}/parked': ['operator', 'auditor'],
  'POST /projections/{name}/parked/{streamId}/retry': [],
};
const guarded = Object.entries(table).flatMap(([route, allowed]) => (allowed === null ? [] : [{ route, allowed }]));

/** An address with things that are not there: who gets in is told so, or that something is missing. */
function call(route: string, key: string | null) {
  const [method = '', path = ''] = route.split(' ');
  const address = path
    .replace('{version}', '1')
    .replaceAll(/\{(stage|key|code)\}/g, 'nope')
    .replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000dead');
  // A stream that is let in would not end; one with a bad header ends at once.
  const headers = path.endsWith('/stream') ? { 'last-event-id': 'nope' } : {};
  return service.api.send(method, address, { key, headers });
}

describe('the routes', () => {
  it('are all in the table', () => {
    expect(service.contract.routes.map(({ name }) => name).toSorted()).toEqual(Object.keys(table).toSorted());
  });

  it.each(Object.keys(table).filter((route) => table[route] === null))('let everybody call %s', async (route) => {
    expect([200, 404]).toContain((await call(route, null)).status);
  });

  it.each(guarded)('let only those call $route who may', async ({ route, allowed }) => {
    for (const role of roles) {
      const { status, body } = await call(route, keys.get(role) ?? null);
      const mayCall = role === 'admin' || allowed.includes(role);
      if (mayCall) expect([200, 400, 404]).toContain(status);
      else
        expect({ role, ...body }).toMatchObject({ role, status: 403, code: 'forbidden', roles: ['admin', ...allowed] });
    }
  });

  it.each(guarded)('ask for a key at $route', async ({ route }) => {
    const { status, headers, body } = await call(route, null);
    expect({ status, code: body['code'] }).toEqual({ status: 401, code: 'unauthorized' });
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

describe('a key', () => {
  it.each([
    ['unknown', 'Bearer sl_nobody-ever-made-this-key-000000000000000000'],
    ['empty', 'Bearer '],
    ['too long', `Bearer ${'x'.repeat(5000)}`],
    ['of another scheme', 'Basic YWRhOnNlY3JldA=='],
    ['two in one', 'Bearer sl_aaaaaaaaaa, Bearer sl_bbbbbbbbbb'],
    ['an injection', `Bearer ' or 1=1 --`],
  ])('that is %s opens nothing', async (_name, authorization) => {
    const { status, body } = await service.api.get('/projects', { key: null, headers: { authorization } });
    expect({ status, code: body['code'] }).toEqual({ status: 401, code: 'unauthorized' });
  });

  it('that was revoked opens nothing from then on', async () => {
    const { api } = service;
    const made = await api.post('/keys', { name: 'brief', roles: ['viewer'], actor_type: 'user', actor_id: 'bo' });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/keys/${String(made.body['id'])}`);
    const brief = api.as(String(made.body['key']));
    expect((await brief.get('/projects')).status).toBe(200);
    expect((await api.send('DELETE', `/keys/${String(made.body['id'])}`)).status).toBe(204);
    expect((await brief.get('/projects')).status).toBe(401);
    const again = await api.send('DELETE', `/keys/${String(made.body['id'])}`);
    expect(again.body).toMatchObject({ status: 404, code: 'key-not-found' });
  });

  it('is listed without its secret, and acts under the name it was made for', async () => {
    const { api } = service;
    const key = { name: 'for Ada', roles: ['operator'], actor_type: 'founder', actor_id: 'ada' };
    const { key: secret, ...made } = (await api.post<Record<string, string>>('/keys', key)).body;
    const { items } = (await api.get<{ items: readonly object[] }>('/keys?limit=200')).body;
    expect(items).toContainEqual(made);
    expect(JSON.stringify(items)).not.toContain(secret);
    const { events } = (
      await api.as(String(secret)).post<{ events: readonly object[] }>('/projects?dry_run=true', { name: 'x' })
    ).body;
    expect(events).toMatchObject([{ actor_type: 'founder', actor_id: 'ada', context: { key_id: made['id'] } }]);
  });

  it('with the last admin role stays', async () => {
    const { api } = service;
    const { items } = (await api.get<{ items: readonly { id: string; roles: readonly string[] }[] }>('/keys?limit=200'))
      .body;
    const [first, ...others] = items.filter((key) => key.roles.includes('admin'));
    for (const { id } of others) expect((await api.send('DELETE', `/keys/${id}`)).status).toBe(204);
    const { body } = await api.send('DELETE', `/keys/${String(first?.id)}`);
    expect(body).toMatchObject({ status: 409, code: 'last-admin-key' });
  });
});
