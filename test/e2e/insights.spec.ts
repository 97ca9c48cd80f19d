import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { accepted, decide, finishStage, reachStage, standAtGate } from '../support/founder-walk.js';
import { crowdTemplate } from '../support/hiring-crowd.js';
import { sealedPosition } from '../support/sealed-position.js';
import { startDocumentedService } from '../support/service.js';

type Stage = Readonly<{ stage: string; entered: number; in_stage: number; dropped_out: { count: number } }>;
type Funnel = Readonly<{ items: readonly Stage[]; template: object; as_of_position: number; head_position: number }>;
type Dropouts = Readonly<{ items: readonly Readonly<{ run_id: string }>[]; next: string | null }>;

const THEIRS = '00000000-0000-7000-8000-0000000000bb';
const insights = ['funnel', 'funnel/screen/dropouts', 'cycle-times', 'gates'];

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
  await backstage.publish(crowdTemplate);
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

const startCrowdRun = async (headers: Readonly<Record<string, string>> = {}) =>
  accepted(await service.api.post<{ id: string }>('/pipeline/start', { template: 'crowd' }, { headers })).id;
const funnel = async (query: string) => accepted(await service.api.get<Funnel>(`/insights/funnel?template=${query}`));

describe('an insight', () => {
  it.each(insights)('%s names the template that is missing', async (insight) => {
    const { body } = await service.api.get(`/insights/${insight}`);
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/template', in: 'query' }] });
  });

  it.each(insights)('%s is of a moment or waits for a position, not both', async (insight) => {
    const { body } = await service.api.get(
      `/insights/${insight}?template=crowd&min_position=1&as_of=2026-03-01T00:00:00Z`,
    );
    expect(body).toMatchObject({ status: 400, errors: [{ pointer: '/as_of' }, { pointer: '/min_position' }] });
  });

  it.each(insights)('%s refuses a template or a version that is not there', async (insight) => {
    for (const query of ['template=nope', 'template=crowd&version=99'])
      expect((await service.api.get(`/insights/${insight}?${query}`)).body).toMatchObject({
        status: 404,
        code: 'template-not-found',
      });
  });

  it('says how far it is where the position asked for does not come', async () => {
    const { body } = await service.api.get('/insights/gates?template=crowd&min_position=999999999');
    expect(body).toMatchObject({ status: 409, code: 'not-yet-projected' });
    expect(body['as_of_position']).toEqual(expect.any(Number));
  }, 15_000);

  it.each(insights)('%s is empty as of a moment before everything', async (insight) => {
    const { items } = accepted(
      await service.api.get<Funnel>(`/insights/${insight}?template=crowd&as_of=2020-01-01T00:00:00Z`),
    );
    expect(JSON.stringify(items)).not.toMatch(/[1-9]\d*,"(entered|count)"|"(entered|count)":[1-9]/);
  });
});

describe('a funnel', () => {
  it('lists the stages of the template in order, but for the locked one', async () => {
    const { items, template } = await funnel('founder');
    expect(template).toEqual({ key: 'founder', version: null });
    expect(items.map(({ stage }) => stage)).toEqual([
      'thesis_defined',
      'validated_direction',
      'mvp_built',
      'feedback_loop_active',
    ]);
  });

  it('counts an event once it waited for its position', async () => {
    const { runId } = await standAtGate(service.api);
    const position = await sealedPosition(service.api, runId);
    const before = (await funnel(`founder&min_position=${String(position)}`)).items[1]?.entered ?? 0;
    await reachStage(service.api, runId, 'validated_direction');
    const after = await funnel(`founder&min_position=${String(await sealedPosition(service.api, runId))}`);
    expect(after.items[1]?.entered).toBe(before + 1);
    expect(after.as_of_position).toBeLessThanOrEqual(after.head_position);
  });

  it('counts the runs that started in a period', async () => {
    for (const hour of ['08', '09', '10']) await startCrowdRun({ 'x-occurred-at': `2026-02-01T${hour}:00:00Z` });
    const last = await startCrowdRun();
    const position = `min_position=${String(await sealedPosition(service.api, last))}`;
    const { items } = await funnel(`crowd&from=2026-02-01T09:00:00Z&to=2026-02-01T10:00:00Z&${position}`);
    expect(items[0]).toMatchObject({ stage: 'screen', entered: 1 });
  });

  it('counts the runs of one version, or of all by the keys of their stages', async () => {
    const [screen, ...others] = crowdTemplate.stages;
    if (screen === undefined) throw new Error('The template has stages.');
    await backstage.publish({ ...crowdTemplate, key: 'versions', stages: [screen, ...others] });
    accepted(await service.api.post('/pipeline/start', { template: 'versions' }));
    await backstage.publish({ ...crowdTemplate, key: 'versions', stages: others });
    const second = accepted(await service.api.post<{ id: string }>('/pipeline/start', { template: 'versions' }));
    const position = `min_position=${String(await sealedPosition(service.api, second.id))}`;
    const entered = async (query: string) =>
      (await funnel(`versions&${position}${query}`)).items.map((item) => [item.stage, item.entered]).slice(0, 2);
    expect(await entered('&version=1')).toEqual([
      ['screen', 1],
      ['test', 0],
    ]);
    expect(await entered('&version=2')).toEqual([
      ['test', 1],
      ['phone', 0],
    ]);
    expect(await entered('')).toEqual([
      ['test', 1],
      ['screen', 1],
    ]);
  });
});

describe('the list of who dropped out', () => {
  it('has the run, its subject, its outcome and the moment, page by page', async () => {
    const headers = { 'x-occurred-at': '2026-03-01T10:00:00Z' };
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const id = await startCrowdRun({ 'x-occurred-at': '2026-03-01T09:00:00Z' });
      accepted(await service.api.post(`/pipeline/${id}/cancel`, { reason: 'No', outcome: 'rejected' }, { headers }));
      ids.push(id);
    }
    const path = `/insights/funnel/screen/dropouts?template=crowd&limit=2&min_position=${String(await sealedPosition(service.api, ids[2] ?? ''))}`;
    const first = accepted(await service.api.get<Dropouts>(path));
    expect(first.items[0]).toEqual({
      run_id: ids[0],
      template_version: 1,
      subject: { type: 'none' },
      outcome: 'rejected',
      dropped_out_at: '2026-03-01T10:00:00.000Z',
    });
    const second = accepted(await service.api.get<Dropouts>(`${path}&after=${String(first.next)}`));
    expect([...first.items, ...second.items].map(({ run_id: id }) => id)).toEqual(ids);
    expect(second.next).toBeNull();
  });

  it('refuses a stage that the template does not have', async () => {
    const { body } = await service.api.get('/insights/funnel/nope/dropouts?template=crowd');
    expect(body).toMatchObject({ status: 404, code: 'stage-not-found' });
  });
});

describe('an insight of a tenant', () => {
  it('counts no run of another, live or as of a moment', async () => {
    const { runId, gateId } = await standAtGate(service.api);
    await decide(service.api, gateId, { decision: 'proceed' });
    await finishStage(service.api, runId, 'validated_direction');
    await backstage.publish({ ...crowdTemplate, key: 'founder' }, THEIRS);
    const theirs = service.api.as(await backstage.keyIn(THEIRS, 'admin'));
    const position = String(await sealedPosition(service.api, runId));
    for (const when of [`min_position=${position}`, `as_of=${new Date().toISOString()}`]) {
      for (const insight of ['funnel', 'cycle-times', 'gates']) {
        const { items } = accepted(await theirs.get<Funnel>(`/insights/${insight}?template=founder&${when}`));
        expect(items).toHaveLength(6);
        expect(JSON.stringify(items)).not.toMatch(/"(entered|count|open_count|superseded)":[1-9]/);
      }
    }
  });
});
