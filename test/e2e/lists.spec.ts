import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { founder } from '../../src/templates/built-in/founder.js';
import { openBackstage } from '../support/backstage.js';
import { accepted, standAtGate } from '../support/founder-walk.js';
import { startDocumentedService, startFounderRun } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
  const backstage = await openBackstage(service.connection);
  for (const key of ['alpha', 'beta', 'gamma']) {
    const stages = [{ key: 'only', name: 'Only', milestones: {}, exit_criteria: [] }];
    await backstage.publish({ key, name: key, stages });
    await backstage.publish({ key, name: `${key} again`, stages });
  }
  await backstage.close();
  for (let count = 0; count < 3; count += 1) await standAtGate(service.api);
  for (const name of ['Robin', 'Kim', 'Alex']) await service.api.post('/candidates', { name });
  for (const title of ['Engineer', 'Designer', 'Writer']) await service.api.post('/job-profiles', { title });
  const made = { name: 'x', roles: ['viewer'], actor_type: 'user', actor_id: 'bo' };
  for (let count = 0; count < 3; count += 1) await service.api.post('/keys', made);
});
afterAll(() => service.close());

type Item = Readonly<Record<string, unknown>>;
type ItemPage = Readonly<{ items: readonly Item[]; next: string | null }>;

async function page(path: string, query: string): Promise<ItemPage> {
  return accepted(await service.api.get<ItemPage>(`${path}?${query}`));
}

async function pages(path: string, limit: number, between: () => Promise<unknown>): Promise<readonly Item[]> {
  const seen: Item[] = [];
  let { items, next } = await page(path, `limit=${String(limit)}`);
  seen.push(...items);
  while (next !== null) {
    await between();
    ({ items, next } = await page(path, `limit=${String(limit)}&after=${next}`));
    expect(items.length).toBeLessThanOrEqual(limit);
    seen.push(...items);
    if (seen.length > 100) throw new Error('The list does not end.');
  }
  return seen;
}

const lists = ['/projects', '/job-profiles', '/candidates', '/pipeline', '/gates', '/keys', '/templates'] as const;
const nothing = () => Promise.resolve();

describe.each(lists)('the list at %s', (path) => {
  it('is the same in one page and in many', async () => {
    const whole = await page(path, 'limit=200');
    expect(whole.next).toBeNull();
    expect(whole.items.length).toBeGreaterThanOrEqual(3);
    expect(await pages(path, 1, nothing)).toEqual(whole.items);
    expect(await pages(path, 2, nothing)).toEqual(whole.items);
    expect((await page(path, '')).items).toEqual(whole.items);
  });

  it.each(['0', '-1', '201', '1.5', 'ten', '', '1e2', '999999999999999999999', '1&limit=2'])(
    'refuses the limit %p',
    async (limit) => {
      const { body } = await service.api.get(`${path}?limit=${limit}`);
      expect(body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer: '/limit', in: 'query' }] });
    },
  );

  it.each([
    ['no cursor', 'nope'],
    ['nothing', ''],
    ['JSON that is none', Buffer.from('{"a":1}').toString('base64url')],
    ['a cursor of another shape', Buffer.from('[1,2,3,4]').toString('base64url')],
    ['half a cursor', Buffer.from('["2026-01-01T00:00:00.000Z","nope"]').toString('base64url')],
    ['nulls', Buffer.from('[null,null]').toString('base64url')],
    ['an array of nothing', Buffer.from('[]').toString('base64url')],
    ['too much', 'a'.repeat(1001)],
  ])('refuses %s as its cursor', async (_name, cursor) => {
    const { body } = await service.api.get(`${path}?after=${cursor}`);
    expect(body).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer: '/after', in: 'query' }] });
  });

  it('refuses what it does not know', async () => {
    const { body } = await service.api.get(`${path}?nope=1`);
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/nope', in: 'query' }] });
  });
});

describe('a list that is read while others write', () => {
  it.each(['/projects', '/pipeline'])('repeats and loses nothing at %s', async (path) => {
    const before = (await page(path, 'limit=200')).items.map((item) => item['id']);
    let writtenCount = 0;
    const write = async () => {
      if (writtenCount < 6) await startFounderRun(service.api);
      writtenCount += 1;
    };
    const seen = (await pages(path, 1, write)).map((item) => item['id']);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, before.length)).toEqual(before);
    expect(seen).toEqual((await page(path, 'limit=200')).items.map((item) => item['id']));
  });
});

describe('the list of runs', () => {
  it('narrows by status, template, stage, what they wait for, and project', async () => {
    const { api } = service;
    const { runId, projectId } = await standAtGate(api);
    const listed = async (query: string) =>
      (await page('/pipeline', `limit=200&${query}`)).items.map((run) => run['id']);
    expect(await listed(`project_id=${projectId}`)).toEqual([runId]);
    expect(
      await listed(`project_id=${projectId}&waiting_on=gate&stage=thesis_defined&status=running&template=founder`),
    ).toEqual([runId]);
    for (const other of ['status=parked', 'template=other', 'stage=mvp_built', 'waiting_on=job']) {
      expect(await listed(`project_id=${projectId}&${other}`)).toEqual([]);
    }
    expect(await listed('candidate_id=00000000-0000-7000-8000-00000000dead')).toEqual([]);
  });
});

describe('templates', () => {
  it('are listed by key in their latest version', async () => {
    const { items } = await page('/templates', '');
    expect(items.map(({ key, version }) => [key, version])).toEqual([
      ['alpha', 2],
      ['beta', 2],
      ['delivery', 1],
      ['founder', 1],
      ['gamma', 2],
      ['swe1-hiring', 1],
    ]);
  });

  it('are read whole, the latest or any version', async () => {
    const { api } = service;
    const latest = accepted(await api.get('/templates/founder'));
    expect(latest).toMatchObject({ key: 'founder', version: 1, name: 'Founder' });
    expect(latest['content']).toEqual(JSON.parse(JSON.stringify(founder)));
    expect(accepted(await api.get('/templates/founder/versions/1'))).toEqual(latest);
    expect(accepted(await api.get('/templates/alpha/versions/1'))).toMatchObject({ version: 1, name: 'alpha' });
    expect(accepted(await api.get('/templates/alpha'))).toMatchObject({ version: 2, name: 'alpha again' });
  });

  it.each(['/templates/nope', '/templates/founder/versions/2', '/templates/founder/versions/2147483647'])(
    'that are not there are 404: %s',
    async (path) => {
      expect((await service.api.get(path)).body).toMatchObject({ status: 404, code: 'template-not-found' });
    },
  );

  it.each(['0', '-1', '1.5', 'one', '2147483648', '1e3'])('have no version %s', async (version) => {
    const { body } = await service.api.get(`/templates/founder/versions/${version}`);
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/version', in: 'path' }] });
  });

  it('never move under a run', async () => {
    const { api } = service;
    const run = accepted(await api.post('/pipeline/start', { template: { key: 'alpha', version: 1 } }));
    expect(run['template']).toEqual({ key: 'alpha', version: 1 });
    expect(accepted(await api.post('/pipeline/start', { template: 'alpha' }))['template']).toEqual({
      key: 'alpha',
      version: 2,
    });
  });
});

describe('a project', () => {
  it('stands at no stage before its first run', async () => {
    const { api } = service;
    const { status, headers, body } = await api.post('/projects', { name: ' Солнце ☀️ ', require_manual_review: true });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/projects/${String(body['id'])}`);
    expect(body).toMatchObject({
      name: ' Солнце ☀️ ',
      require_manual_review: true,
      status: 'active',
      stage_number: null,
      stage_entered_at: null,
      progress_percent: 0,
      run_id: null,
    });
    expect(accepted(await api.get(`/projects/${String(body['id'])}`))).toEqual(body);
    expect(accepted(await api.get(`/projects/${String(body['id']).toUpperCase()}`))).toEqual(body);
  });

  it('that is not there is 404', async () => {
    const { body } = await service.api.get('/projects/00000000-0000-7000-8000-00000000dead');
    expect(body).toMatchObject({ status: 404, code: 'project-not-found' });
  });
});
