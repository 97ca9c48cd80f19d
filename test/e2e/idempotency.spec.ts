import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { accepted, readRun, standAtGate } from '../support/founder-walk.js';
import { keyFor, startDocumentedService, startFounderRun } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
let keyCount = 0;
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

const freshKey = () => ({ 'idempotency-key': `key ${String((keyCount += 1))}` });
const newKeyBody = { name: 'x', roles: ['viewer'], actor_type: 'user', actor_id: 'bo' };

/** A request of each kind, made for things that are there and stand right for it. */
const requests: Readonly<Record<string, () => Promise<Readonly<{ path: string; body: object }>>>> = {
  'creating a project': () => Promise.resolve({ path: '/projects', body: { name: 'Solar kiosk' } }),
  'making a key': () => Promise.resolve({ path: '/keys', body: newKeyBody }),
  'starting a run': async () => {
    const project = accepted(await service.api.post('/projects', { name: 'Solar kiosk' }));
    return { path: '/pipeline/start', body: { project_id: project['id'], template: 'founder' } };
  },
  'raising a risk': async () => {
    const { runId } = await startFounderRun(service.api);
    return { path: `/pipeline/${runId}/stages/thesis_defined/risks`, body: { type: 'law', message: 'A permit.' } };
  },
  'recording facts': async () => {
    const { runId } = await startFounderRun(service.api);
    return { path: `/pipeline/${runId}/facts`, body: { facts: { calls: 3 }, trigger: 'calls_made' } };
  },
  'deciding at a gate': async () => {
    const { gateId } = await standAtGate(service.api);
    return { path: `/gates/${gateId}/decision`, body: { decision: 'proceed' } };
  },
};
const kinds = Object.keys(requests);

async function requestOf(kind: string) {
  const make = requests[kind];
  if (make === undefined) throw new Error(`No request is known for ${kind}.`);
  return make();
}

describe.each(kinds)('an idempotency key on %s', (kind) => {
  it('gets the first answer again, and does nothing again', async () => {
    const { api } = service;
    const { path, body } = await requestOf(kind);
    const headers = freshKey();
    const first = await api.post(path, body, { headers });
    const stored = await backstage.stored();
    const second = await api.post(path, body, { headers });
    expect(second.status).toBe(first.status);
    expect(second.body).toEqual(kind === 'making a key' ? { ...first.body, key: null } : first.body);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    for (const name of ['etag', 'location', 'content-type']) {
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    }
    expect(await backstage.stored()).toEqual(stored);
  });

  it('is refused with another body', async () => {
    const { api } = service;
    const { path, body } = await requestOf(kind);
    const headers = freshKey();
    accepted(await api.post(path, body, { headers }));
    const stored = await backstage.stored();
    const other = await api.post(path, { ...body, more: true }, { headers });
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    expect(await backstage.stored()).toEqual(stored);
  });

  it('has one effect when twenty come at once, and each is told the same or to wait', async () => {
    const { api } = service;
    const { path, body } = await requestOf(kind);
    const headers = freshKey();
    const before = await backstage.stored();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.post(path, body, { headers })));
    const done = answers.filter(({ status }) => status < 300);
    const waiting = answers.filter(({ status }) => status >= 300);
    expect(done.length).toBeGreaterThan(0);
    for (const { body: problem, headers: sent } of waiting) {
      expect(problem).toMatchObject({ status: 409, code: 'command-in-progress' });
      expect(sent.get('retry-after')).toBe('1');
    }
    expect(new Set(done.map((answer) => JSON.stringify({ ...answer.body, key: undefined }))).size).toBe(1);
    const once = await backstage.stored();
    expect((once?.receipts ?? 0) - (before?.receipts ?? 0)).toBe(1);
    const later = await api.post(path, body, { headers });
    expect(later.headers.get('idempotency-replayed')).toBe('true');
    expect(await backstage.stored()).toEqual(once);
  });

  it('is not spent by a dry run', async () => {
    const { api } = service;
    const { path, body } = await requestOf(kind);
    const headers = freshKey();
    expect((await api.post(`${path}?dry_run=true`, body, { headers })).status).toBe(200);
    const real = await api.post(path, body, { headers });
    expect(real.status).toBeLessThan(300);
    expect(real.headers.get('idempotency-replayed')).toBeNull();
  });
});

describe('an idempotency key', () => {
  it('keeps a refusal, even when the reason for it is gone', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const path = `/pipeline/${runId}/stages/thesis_defined/complete`;
    const headers = freshKey();
    const refused = await api.post(path, undefined, { headers });
    expect(refused.body).toMatchObject({ status: 409, code: 'stage-not-ready' });
    for (const key of ['brief_generated', 'risks_identified']) {
      accepted(await api.post(`/pipeline/${runId}/stages/thesis_defined/milestones/${key}/complete`));
    }
    const again = await api.post(path, undefined, { headers });
    expect(again.body).toEqual(refused.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    expect((await api.post(path, undefined, { headers: freshKey() })).status).toBe(200);
  });

  it('does not keep what is wrong with the request itself', async () => {
    const { api } = service;
    const headers = freshKey();
    expect((await api.post('/projects', { nam: 'x' }, { headers })).status).toBe(400);
    expect((await api.post('/projects', { name: 'x' }, { headers })).status).toBe(201);
  });

  it('belongs to the request as a whole: its address, its If-Match and its time', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const path = `/pipeline/${runId}/stages/thesis_defined/focus`;
    const headers = { ...freshKey(), 'if-match': `"${String((await readRun(api, runId)).version)}"` };
    const body = { focus: ['Price.'] };
    accepted(await api.post(path, body, { headers }));
    const reused = { status: 422, code: 'idempotency-key-reused' };
    expect((await api.post(path, body, { headers: { ...headers, 'if-match': '"1"' } })).body).toMatchObject(reused);
    const earlier = { ...headers, 'x-occurred-at': '2026-01-01T00:00:00Z' };
    expect((await api.post(path, body, { headers: earlier })).body).toMatchObject(reused);
    expect((await api.post('/projects', body, { headers })).body).toMatchObject(reused);
    const same = await api.post(`/api${path}`, body, { headers });
    expect(same.headers.get('idempotency-replayed')).toBe('true');
  });

  it('belongs to its caller: somebody else gets no answer of theirs', async () => {
    const { api } = service;
    const headers = freshKey();
    const olga = api.as(await keyFor(api, { roles: ['admin'] }));
    const first = accepted(await api.post('/projects', { name: 'Solar kiosk' }, { headers }));
    const before = await backstage.stored();
    const { status, body } = await olga.post('/projects', { name: 'Solar kiosk' }, { headers });
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'idempotency-key-reused' });
    expect(JSON.stringify(body)).not.toContain(String(first['id']));
    expect(await backstage.stored()).toEqual(before);
  });

  it.each(['', ' '.repeat(300), 'x'.repeat(256), 'ключ'.normalize()])(
    'is refused where it is none: %p',
    async (key) => {
      const { api } = service;
      const before = await backstage.stored();
      // What a header cannot carry never leaves this client: then its bytes do, read as Latin-1.
      const value = Buffer.from(key, 'utf8').toString('latin1');
      const { status, body } = await api.post('/projects', { name: 'x' }, { headers: { 'idempotency-key': value } });
      expect({ status, errors: body['errors'] }).toMatchObject({
        status: 400,
        errors: [{ pointer: '/Idempotency-Key', in: 'header' }],
      });
      expect(await backstage.stored()).toEqual(before);
    },
  );
});
