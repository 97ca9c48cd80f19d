import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBackstage } from '../support/backstage.js';
import { accepted, readRun } from '../support/founder-walk.js';
import { hiringStages, newApplication, startApplication } from '../support/hiring-walk.js';
import { startDocumentedService } from '../support/service.js';

const NOBODY = '00000000-0000-7000-8000-00000000dead';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(() => service.close());

type Listed = Readonly<{ items: readonly Readonly<{ id: string }>[] }>;

describe('starting a run for a candidate', () => {
  it('answers with every stage created', async () => {
    const { api } = service;
    const application = await newApplication(api);
    const { status, headers, body: run } = await api.post<Record<string, string>>('/pipeline/start', application);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/pipeline/${String(run['id'])}`);
    expect(run).toMatchObject({
      template: { key: 'swe1-hiring', version: 1 },
      subject: { type: 'application', ...application },
      status: 'running',
      waiting_on: null,
      current_stage: 'resume_screen',
      stage_number: 1,
      stages: hiringStages,
      stage_progress: Object.fromEntries(hiringStages.map((stage) => [stage, 'created'])),
      progress_percent: 0,
      outcome: null,
    });
    expect(await readRun(api, String(run['id']))).toEqual(run);
  });

  it('takes another template too', async () => {
    const application = await newApplication(service.api);
    const run = accepted(await service.api.post('/pipeline/start', { ...application, template: 'founder' }));
    expect(run).toMatchObject({ template: { key: 'founder' }, subject: { type: 'application' } });
  });

  it.each([
    ['candidate', { candidate_id: NOBODY }, 'candidate-not-found'],
    ['job profile', { job_profile_id: NOBODY }, 'job-profile-not-found'],
    ['template', { template: 'nope' }, 'template-not-found'],
  ])('is refused where there is no such %s', async (_name, instead, code) => {
    const body = { ...(await newApplication(service.api)), ...instead };
    expect((await service.api.post('/pipeline/start', body)).body).toMatchObject({ status: 404, code });
  });

  it('does not take one for the other', async () => {
    const { candidate_id, job_profile_id } = await newApplication(service.api);
    const swapped = { candidate_id: job_profile_id, job_profile_id: candidate_id };
    expect((await service.api.post('/pipeline/start', swapped)).body).toMatchObject({ code: 'candidate-not-found' });
  });

  it('is refused for the candidate and the job profile of another tenant', async () => {
    const { api, connection } = service;
    const backstage = await openBackstage(connection);
    const theirs = api.as(await backstage.keyIn('00000000-0000-7000-8000-0000000000bb', 'admin'));
    await backstage.close();
    const [ours, their] = [await newApplication(api), await newApplication(theirs)];
    const start = async (body: object) => (await api.post('/pipeline/start', body)).body;
    expect(await start(their)).toMatchObject({ status: 404, code: 'candidate-not-found' });
    const half = { candidate_id: ours.candidate_id, job_profile_id: their.job_profile_id };
    expect(await start(half)).toMatchObject({ status: 404, code: 'job-profile-not-found' });
  });

  it.each([
    ['a candidate alone', { candidate_id: NOBODY }, '/job_profile_id'],
    ['a job profile alone', { job_profile_id: NOBODY }, '/candidate_id'],
    ['a project as well', { candidate_id: NOBODY, job_profile_id: NOBODY, project_id: NOBODY }, '/project_id'],
    ['a candidate that is no id', { candidate_id: 'robin', job_profile_id: NOBODY }, '/candidate_id'],
    ['a template that is none', { candidate_id: NOBODY, job_profile_id: NOBODY, template: null }, '/template'],
  ])('is not understood with %s', async (_what, body, pointer) => {
    const { body: problem } = await service.api.post('/pipeline/start', body);
    expect(problem).toMatchObject({ status: 400, code: 'invalid-input', errors: [{ pointer }] });
  });

  it('is refused while they have an open run for the same job, and for no other', async () => {
    const { api } = service;
    const { application, run } = await startApplication(api);
    const { body } = await api.post('/pipeline/start', application);
    expect(body).toMatchObject({ status: 409, code: 'run-already-open', run_id: run.id });
    expect(body['detail']).toContain('The candidate has an open run for this job profile');
    const rehearsed = await api.post('/pipeline/start?dry_run=true', application);
    expect(rehearsed.body).toMatchObject({ status: 409, code: 'run-already-open', run_id: run.id });
    const { job_profile_id } = await newApplication(api);
    accepted(await api.post('/pipeline/start', { ...application, job_profile_id }));
  });

  it('lets one of many through that start at once', async () => {
    const application = await newApplication(service.api);
    const starts = Array.from({ length: 8 }, () => service.api.post('/pipeline/start', application));
    const statuses = (await Promise.all(starts)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });
});

describe('the list of runs', () => {
  it('is narrowed to a candidate, to a job profile, and to both', async () => {
    const { api } = service;
    const { application, run } = await startApplication(api);
    const elsewhere = { ...application, job_profile_id: (await newApplication(api)).job_profile_id };
    const second = accepted(await api.post<{ id: string }>('/pipeline/start', elsewhere));
    const listed = async (query: string) => {
      const { items } = accepted(await api.get<Listed>(`/pipeline?${query}`));
      return items.map(({ id }) => id);
    };
    const candidate = `candidate_id=${application.candidate_id}`;
    expect(await listed(candidate)).toEqual([run.id, second.id]);
    expect(await listed(`job_profile_id=${application.job_profile_id}`)).toEqual([run.id]);
    expect(await listed(`${candidate}&job_profile_id=${elsewhere.job_profile_id}`)).toEqual([second.id]);
    expect(await listed(`candidate_id=${NOBODY}`)).toEqual([]);
  });
});
