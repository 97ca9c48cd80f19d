import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRunService } from '../support/run-service.js';
import { accepted, readRun } from '../support/founder-walk.js';

let service: Awaited<ReturnType<typeof startRunService>>;
beforeAll(async () => {
  service = await startRunService();
});
afterAll(() => service.close());

describe('starting a run', () => {
  it('answers where it is and where it stands', async () => {
    const { api } = service;
    const project = accepted(await api.post('/projects', { name: 'Solar kiosk' }));
    const body = { project_id: project['id'], template: { key: 'founder', version: 1 }, input: { idea: 'kiosks' } };
    const { status, headers, body: run } = await api.post('/pipeline/start', body);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/pipeline/${String(run['id'])}`);
    expect(headers.get('etag')).toBe(`"${String(run['version'])}"`);
    expect(run).toMatchObject({
      template: { key: 'founder', version: 1 },
      subject: { type: 'project', project_id: project['id'] },
      status: 'running',
      waiting_on: null,
      current_stage: 'thesis_defined',
      stage_number: 1,
      stages: ['thesis_defined', 'validated_direction', 'mvp_built', 'feedback_loop_active', 'growth'],
      stage_progress: { thesis_defined: 'in_progress', growth: 'created' },
      progress_percent: 0,
      open_gate_id: null,
      outcome: null,
    });
    expect((await api.get(`/pipeline/${String(run['id'])}`)).body).toEqual(run);
  });

  it('shows in its project', async () => {
    const { runId, projectId } = await service.startRun();
    const run = await readRun(service.api, runId);
    expect(accepted(await service.api.get(`/projects/${projectId}`))).toMatchObject({
      status: 'active',
      run_id: runId,
      stage_number: 1,
      current_stage: 'thesis_defined',
      stage_entered_at: run.stage_entered_at,
    });
  });

  it('may be about nothing outside itself', async () => {
    const { runId } = await service.startChecked();
    expect(await readRun(service.api, runId)).toMatchObject({ subject: { type: 'none' }, current_stage: 'draft' });
  });

  it.each([
    ['project', { project_id: '00000000-0000-7000-8000-00000000dead', template: 'founder' }, 'project-not-found'],
    ['template', { template: 'nope' }, 'template-not-found'],
    ['version of the template', { template: { key: 'founder', version: 99 } }, 'template-not-found'],
  ])('is refused where there is no such %s', async (_name, body, code) => {
    expect((await service.api.post('/pipeline/start', body)).body).toMatchObject({ status: 404, code });
  });

  it('is refused while the project has an open run, and possible once that is cancelled', async () => {
    const { api } = service;
    const { runId, projectId, path } = await service.startRun();
    const again = { project_id: projectId, template: 'founder' };
    const { body } = await api.post('/pipeline/start', again);
    expect(body).toMatchObject({ status: 409, code: 'run-already-open', run_id: runId });
    accepted(await api.post(`${path}/park`, { reason: 'Winter.' }));
    expect((await api.post('/pipeline/start', again)).status).toBe(409);
    accepted(await api.post(`${path}/cancel`, { reason: 'Sold.' }));
    const second = await api.post<{ id: string }>('/pipeline/start', again);
    expect(second.status).toBe(201);
    expect(accepted(await api.get(`/projects/${projectId}`))).toMatchObject({
      run_id: second.body.id,
      status: 'active',
    });
  });

  it('lets one of many that start at once for the same project', async () => {
    const { api } = service;
    const project = accepted(await api.post('/projects', { name: 'Busy' }));
    const body = { project_id: project['id'], template: 'founder' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.post('/pipeline/start', body)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });
});

describe('a stage that is not started by itself', () => {
  it('says so, and starts once', async () => {
    const { api } = service;
    const { runId, stage } = await service.startChecked();
    const readiness = accepted(await api.get(`/pipeline/${runId}/readiness`));
    expect(readiness).toMatchObject({ stage: 'draft', ready: false });
    expect(readiness['blocked_reasons']).toMatchObject([{ code: 'stage-not-started' }, { code: expect.any(String) }]);
    expect((await api.post(`${stage}/complete`)).body).toMatchObject({ status: 409, code: 'illegal-transition' });
    const started = accepted(await api.post(`${stage}/start`));
    expect(started['stage_progress']).toMatchObject({ draft: 'in_progress' });
    expect(accepted(await api.post(`${stage}/start`))).toEqual(started);
  });
});
