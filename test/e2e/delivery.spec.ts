import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { accepted, type RunBody } from '../support/founder-walk.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { keyFor, startDocumentedService } from '../support/service.js';
import { expectSoundTimeline } from '../support/sound-timeline.js';

type Job = Readonly<{
  id: string;
  attempt: number;
  idempotency_key: string;
  payload: Readonly<Record<string, unknown>>;
}>;
type Finding = Readonly<{ code: string; message: string }>;
type Stage = Readonly<{
  key: string;
  status: string;
  blocked_reasons: readonly Finding[];
  required_actions: readonly Finding[];
}>;
type Event = Readonly<{
  id: string;
  event_type: string;
  actor_id: string;
  causation_id: string;
  detail: Readonly<Record<string, unknown>>;
}>;
type Fact = Readonly<{
  key: string;
  value: unknown;
  trigger: string;
  actor_id: string;
  version: number;
  conflicts_with: Readonly<{ value: unknown; actor_id: string }> | null;
  superseded_by: Readonly<{ value: unknown; version: number }> | null;
}>;
type Facts = Readonly<{ current: Readonly<Record<string, unknown>>; items: readonly Fact[]; next: string | null }>;

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let robot: ApiClient;
beforeAll(async () => {
  service = await startDocumentedService();
  robot = service.api.as(await keyFor(service.api, { roles: ['worker'], actor_type: 'worker', actor_id: 'robot' }));
});
afterAll(() => service.close());

/** Work that is left belongs to the test that left it. */
const begun: string[] = [];
afterEach(async () => {
  for (const id of begun.splice(0)) await service.api.post(`/pipeline/${id}/cancel`, { reason: 'The test is over.' });
});

/** A delivery and what is done to it. */
async function delivery() {
  const { api } = service;
  const project = accepted(await api.post<{ id: string }>('/projects', { name: 'Web shop' }));
  const { id } = accepted(await api.post<RunBody>('/pipeline/start', { project_id: project.id, template: 'delivery' }));
  begun.push(id);
  const path = `/pipeline/${id}`;
  const records = async (facts: object, trigger = 'onboarding_saved', by = api) =>
    accepted(await by.post<RunBody>(`${path}/facts`, { facts, trigger }));
  const claim = async (agent: string): Promise<Job> => {
    const asked = { handlers: [agent], limit: 1, worker_id: 'robot', lease_seconds: 30, wait_seconds: 10 };
    const [job] = accepted(await robot.post<{ jobs: Job[] }>('/jobs/claim', asked)).jobs;
    if (job === undefined) throw new Error(`There is no work for the ${agent}.`);
    return job;
  };
  const works = async (agent: string, output: object) => {
    const { id: job, attempt } = await claim(agent);
    accepted(await robot.post(`/jobs/${job}/complete`, { attempt, output }));
  };
  const run = async () => accepted(await api.get<RunBody>(path));
  const standing = async (): Promise<readonly Stage[]> =>
    accepted(await api.get<{ items: readonly Stage[] }>(`${path}/stages`)).items;
  const facts = async (query = '') => accepted(await api.get<Facts>(`${path}/facts${query}`));
  const events = async () => accepted(await api.get<{ items: readonly Event[] }>(`${path}/timeline?limit=200`)).items;
  return { id, path, records, claim, works, run, standing, facts, events };
}

const toBuild = {
  contract_signed: true,
  deposit_paid: true,
  onboarding_complete: true,
  assets_uploaded: true,
  assignee: 'mika',
};
const preview = { preview_url: 'https://preview.example.org' };

describe('a delivery', () => {
  it('goes from sales to complete by itself, with facts that come early and out of order', async () => {
    const { records, works, run } = await delivery();
    expect(await records({ assignee: 'mika', client_accepted: true })).toMatchObject({ current_stage: '0_sales' });
    expect(await records({ assets_uploaded: true }, 'artifact_upload')).toMatchObject({ current_stage: '0_sales' });
    expect(await records({ deposit_paid: true, contract_signed: true })).toMatchObject({
      current_stage: '1_onboarding',
    });
    expect(await records({ onboarding_complete: true })).toMatchObject({ current_stage: '3_build', waiting_on: 'job' });
    await works('builder', preview);
    await works('tester', { passed: true });
    await works('defect-validator', { open_defects: 0 });
    expect(await run()).toMatchObject({ current_stage: '6_complete', status: 'running' });
    expect(await records({ handed_over: true }, 'assignment_updated')).toMatchObject({
      status: 'completed',
      outcome: 'completed',
      progress_percent: 100,
    });
    await expectSoundTimeline(service.connection);
    await expectReadModelsToEqualFold(service.connection);
  });

  it('names what led to each step, one after the other', async () => {
    const { records, events } = await delivery();
    await records({ ...toBuild, assignee: '' });
    await records({ assignee: 'mika' }, 'auto_assignment');
    const all = await events();
    const last = all.slice(all.findLastIndex(({ event_type: type }) => type === 'facts.recorded'));
    expect(last.map(({ event_type: type, detail }) => [type, detail['trigger']])).toMatchObject([
      ['facts.recorded', 'auto_assignment'],
      ['stage.completed', 'auto_assignment'],
      ['stage.entered', undefined],
      ['stage.started', undefined],
      ['pipeline_node.started', undefined],
      ['pipeline_node.completed', undefined],
      ['pipeline_node.scheduled', undefined],
      ['job.queued', undefined],
    ]);
    const places = last.map(({ causation_id: cause }) => last.findIndex((event) => event.id === cause));
    expect(places).toEqual([-1, 0, 1, 1, 3, 4, 5, 6]);
  });

  it('shows how each stage stands, with what blocks it and what to do', async () => {
    const { records, standing } = await delivery();
    await records({ contract_signed: true });
    const [sales, ...others] = await standing();
    expect(sales).toMatchObject({
      status: 'blocked',
      blocked_reasons: [
        { code: 'deposit-paid', message: 'The deposit is not paid. (facts.deposit_paid is not there yet.)' },
      ],
      required_actions: [{ code: 'record-deposit-paid' }],
    });
    for (const other of others)
      expect(other).toMatchObject({ status: 'created', blocked_reasons: [], required_actions: [] });
    await records(toBuild);
    expect((await standing()).map(({ status }) => status)).toEqual([
      ...['passed', 'passed', 'passed', 'in_progress', 'created', 'created', 'created'],
    ]);
  });
});

describe('work of a delivery that fails', () => {
  it('waits for a person, says which job, and goes on when that person resolves it', async () => {
    const { api } = service;
    const { id, claim, records, run, standing, works } = await delivery();
    await records(toBuild);
    const keys = new Set<string>();
    for (const attempt of [1, 2, 3]) {
      const job = await claim('builder');
      keys.add(job.idempotency_key);
      expect(job.attempt).toBe(attempt);
      accepted(await robot.post(`/jobs/${job.id}/fail`, { attempt, error: 'It broke.', retry_after_seconds: 0 }));
    }
    expect([...keys]).toEqual([`${id}/3_build/work/1`]);
    expect(await run()).toMatchObject({ status: 'running', waiting_on: 'human' });
    const build = (await standing()).find(({ key }) => key === '3_build');
    expect(build).toMatchObject({ status: 'needs_human' });
    const place = build?.blocked_reasons.findIndex(({ code }) => code === 'job-needs-human') ?? -1;
    const action = build?.required_actions[place];
    const [job] = accepted(await api.get<{ items: readonly Job[] }>(`/jobs?run_id=${id}&status=NEEDS_HUMAN`)).items;
    expect(action).toEqual({ code: 'resolve-job', message: expect.stringContaining(String(job?.id)) });

    const resolution = { outcome: 'succeeded', output: preview, reason: 'Built by hand.' };
    accepted(await api.post(`/jobs/${String(job?.id)}/resolve`, resolution));
    expect(await run()).toMatchObject({ current_stage: '4_test', waiting_on: 'job' });
    await works('tester', { passed: true });
  });

  it('goes back to the build by rule where defects are open', async () => {
    const { id, claim, records, run, works, events, standing } = await delivery();
    await records(toBuild);
    await works('builder', preview);
    await works('tester', { passed: true });
    await works('defect-validator', { open_defects: 2 });
    expect(await run()).toMatchObject({ current_stage: '3_build', stage_progress: { '4_test': 'created' } });
    const decided = (await events()).findLast(({ event_type: type }) => type === 'gate.decided');
    expect(decided).toMatchObject({
      actor_id: 'rule',
      detail: { stage: '5_defect_validation', decision: 'pivot', to_stage: '3_build', rule: 2 },
    });
    expect((await standing()).map(({ status }) => status).slice(3)).toEqual([
      'in_progress',
      'created',
      'created',
      'created',
    ]);
    expect(await claim('builder')).toMatchObject({ idempotency_key: `${id}/3_build/work/2` });
  });
});

describe('the facts of a delivery', () => {
  it('show who contradicted whom; the last one counts', async () => {
    const { api } = service;
    const { records, facts, path } = await delivery();
    const bo = api.as(await keyFor(api, { roles: ['operator'], actor_id: 'bo' }));
    await records({ budget: 900, town: 'Kisumu' });
    await records({ budget: 1200 }, 'assignment_override', bo);
    const { current, items, next } = await facts();
    expect(current).toEqual({ budget: 1200, town: 'Kisumu' });
    expect(next).toBeNull();
    expect(items.map(({ key, value, trigger }) => [key, value, trigger])).toEqual([
      ['budget', 900, 'onboarding_saved'],
      ['town', 'Kisumu', 'onboarding_saved'],
      ['budget', 1200, 'assignment_override'],
    ]);
    expect(items[0]).toMatchObject({ conflicts_with: null, superseded_by: { value: 1200, actor_id: 'bo' } });
    expect(items[2]).toMatchObject({ actor_id: 'bo', conflicts_with: { value: 900 }, superseded_by: null });
    const again = await api.post<RunBody>(`${path}/facts`, { facts: { budget: 1200 }, trigger: 'manual_resume' });
    expect(accepted(again).version).toBe(items[2]?.version);
  });

  it('come page by page, and by name', async () => {
    const { records, facts } = await delivery();
    await records({ c: 3, a: 1, b: 2 });
    await records({ a: 4 });
    const first = await facts('?limit=2');
    expect(first.items.map(({ key }) => key)).toEqual(['a', 'b']);
    const second = await facts(`?limit=2&after=${String(first.next)}`);
    expect(second.items.map(({ key, value }) => [key, value])).toEqual([
      ['c', 3],
      ['a', 4],
    ]);
    expect(second.next).toBeNull();
    expect((await facts('?key=a')).items.map(({ value }) => value)).toEqual([1, 4]);
  });

  it('are those of nodes too, and of no run that is not there', async () => {
    const { records, works, facts } = await delivery();
    await records(toBuild);
    await works('builder', preview);
    expect((await facts('?key=preview_url')).items).toMatchObject([{ value: preview.preview_url, actor_id: 'graph' }]);
    const { body } = await service.api.get(`/pipeline/00000000-0000-7000-8000-000000000000/facts`);
    expect(body).toMatchObject({ status: 404, code: 'run-not-found' });
  });

  it('end the same in every order', async () => {
    const orders = [
      ['contract_signed', 'deposit_paid', 'onboarding_complete', 'assets_uploaded'],
      ['assets_uploaded', 'onboarding_complete', 'deposit_paid', 'contract_signed'],
      ['deposit_paid', 'assets_uploaded', 'contract_signed', 'onboarding_complete'],
    ];
    for (const order of orders) {
      const { records, run } = await delivery();
      for (const fact of order) await records({ [fact]: true });
      expect(await run()).toMatchObject({ current_stage: '2_assignment', status: 'running' });
    }
  });
});
