import { Controller, Get } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { httpFixture, type HttpFixture } from '../http/http-app.fixture.js';
import { Allow } from './access.js';

@Controller('open-door')
class ForgottenController {
  @Get('ajar')
  ajar(): string {
    return 'come in';
  }
}

@Controller('approvals')
class ApprovalsController {
  @Get()
  @Allow('approver')
  list(): readonly string[] {
    return ['one'];
  }
}

type Answer = Readonly<Record<string, unknown>>;

let fixture: HttpFixture;
let admin: { authorization: string };

beforeEach(async () => {
  fixture = await httpFixture([ApprovalsController]);
  admin = await fixture.keyFor('admin');
});
afterEach(() => fixture.app.close());

const wanted = { name: 'dashboard', roles: ['viewer', 'approver'], actor_type: 'user', actor_id: 'grace' };

async function send(method: 'GET' | 'POST' | 'DELETE', url: string, headers: object, payload?: object) {
  const response = await fixture.app.inject({ method, url, headers: { ...headers }, ...(payload && { payload }) });
  const body = response.body === '' ? {} : response.json<Answer>();
  return { status: response.statusCode, headers: response.headers, body };
}

describe('calling with a key', () => {
  it('needs one', async () => {
    const { status, headers, body } = await send('GET', '/approvals', {});
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
    expect(body).toMatchObject({ code: 'unauthorized' });
  });

  it('needs one that is known', async () =>
    expect(await send('GET', '/approvals', { authorization: `Bearer sl_${'x'.repeat(43)}` })).toMatchObject({
      status: 401,
    }));

  it('needs the role, and the refusal names who may', async () =>
    expect(await send('GET', '/approvals', await fixture.keyFor('viewer', 'worker'))).toMatchObject({
      status: 403,
      body: { code: 'forbidden', roles: ['admin', 'approver'] },
    }));

  it.each(['approver', 'admin'] as const)('opens the route to %s', async (role) =>
    expect(await send('GET', '/approvals', await fixture.keyFor(role))).toMatchObject({ status: 200 }),
  );

  it('is refused at start where a route does not say who may call it', async () =>
    expect(httpFixture([ForgottenController])).rejects.toThrow('ForgottenController.ajar'));

  it('is limited where a limit is set', async () => {
    const limited = await httpFixture([ApprovalsController], { rateLimitPerMinute: 1 });
    const headers = await limited.keyFor('approver');
    await limited.app.inject({ url: '/approvals', headers });
    const { statusCode, headers: answered } = await limited.app.inject({ url: '/approvals', headers });
    expect(statusCode).toBe(429);
    expect(Number(answered['retry-after'])).toBeGreaterThan(0);
    await limited.app.close();
  });
});

describe('a request with a body', () => {
  it('is looked up and counted once, though it is asked for its key before its body is read', async () => {
    const limited = await httpFixture([], { rateLimitPerMinute: 2 });
    const headers = await limited.keyFor('admin');
    const statuses: number[] = [];
    for (let sent = 0; sent < 3; sent += 1) {
      statuses.push((await limited.app.inject({ method: 'POST', url: '/keys', headers, payload: wanted })).statusCode);
    }
    expect(statuses).toEqual([201, 201, 429]);
    expect(limited.keys.lookUpCount).toBe(1);
    await limited.app.close();
  });
});

describe('keys', () => {
  it('are made, work, are listed without their secret, and are revoked at once', async () => {
    const { status, body: made } = await send('POST', '/keys', admin, wanted);
    expect(status).toBe(201);
    expect(made).toMatchObject({ ...wanted, key: expect.stringMatching(/^sl_[\w-]{43}$/) });
    expect(String(made['key']).slice(-4)).toBe(made['key_hint']);
    const own = { authorization: `Bearer ${String(made['key'])}` };
    expect(await send('GET', '/approvals', own)).toMatchObject({ status: 200 });
    const list = await send('GET', '/keys', admin);
    expect(list.body).toMatchObject({ items: [{}, { id: made['id'], name: 'dashboard' }], next: null });
    expect(JSON.stringify(list.body)).not.toContain(String(made['key']));
    expect(await send('DELETE', `/keys/${String(made['id'])}`, admin)).toMatchObject({ status: 204, body: {} });
    expect(await send('GET', '/approvals', own)).toMatchObject({ status: 401 });
  });

  it('are for admins to make', async () =>
    expect(await send('POST', '/keys', await fixture.keyFor('operator'), wanted)).toMatchObject({ status: 403 }));

  it('are listed page by page', async () => {
    await send('POST', '/keys', admin, wanted);
    const first = await send('GET', '/keys?limit=1', admin);
    expect(first.body['items']).toHaveLength(1);
    const rest = await send('GET', `/keys?after=${String(first.body['next'])}`, admin);
    expect(rest.body).toMatchObject({ items: [{ name: 'dashboard' }], next: null });
    expect(await send('GET', '/keys?after=nonsense', admin)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/after', in: 'query' }] },
    });
  });

  it.each([
    ['an unknown role', { ...wanted, roles: ['king'] }, '/roles'],
    ['a role twice', { ...wanted, roles: ['viewer', 'viewer'] }, '/roles'],
    ['no role', { ...wanted, roles: [] }, '/roles'],
    ['an unknown kind of actor', { ...wanted, actor_type: 'robot' }, '/actor_type'],
    ['no name', { ...wanted, name: '' }, '/name'],
  ])('are not made with %s', async (_what, body, pointer) =>
    expect(await send('POST', '/keys', admin, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } }),
  );

  it('include an admin at all times', async () => {
    const [key] = await fixture.keys.list('00000000-0000-7000-8000-000000000001', 1, null);
    expect(await send('DELETE', `/keys/${key?.id ?? ''}`, admin)).toMatchObject({
      status: 409,
      body: { code: 'last-admin-key' },
    });
  });

  it('are made once per idempotency key, and the replay does not show the secret', async () => {
    const headers = { ...admin, 'idempotency-key': 'k-1' };
    const first = await send('POST', '/keys', headers, wanted);
    const again = await send('POST', '/api/keys', headers, wanted);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again).toMatchObject({ status: 201, body: { ...first.body, key: null } });
    expect(await send('POST', '/keys', headers, { ...wanted, name: 'other' })).toMatchObject({ status: 422 });
    const kept = await fixture.receipts.find('00000000-0000-7000-8000-000000000001', 'k-1');
    expect(JSON.stringify(kept)).not.toContain(String(first.body['key']));
  });

  it('are not made by a dry run', async () => {
    expect(await send('POST', '/keys?dry_run=true', admin, wanted)).toMatchObject({
      status: 200,
      body: { events: [] },
    });
    expect((await send('GET', '/keys', admin)).body['items']).toHaveLength(1);
  });
});
