import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startFounderRun, startTestService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

describe('a command in effect already', () => {
  it('answers with a run that is closed, and stays in effect', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const cancel = () => api.post(`/pipeline/${runId}/cancel`, { reason: 'No money.' });
    const first = await cancel();
    expect([first.status, first.body['status']]).toEqual([200, 'cancelled']);
    for (let again = 0; again < 2; again += 1) expect((await cancel()).body).toEqual(first.body);
  });

  it('is rehearsed as no events and the run as it is', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const { body } = await api.post(`/pipeline/${runId}/stages/thesis_defined/start?dry_run=true`);
    expect(body).toEqual({ events: [], run: (await api.get(`/pipeline/${runId}`)).body });
  });
});

describe('rehearsing a start', () => {
  it('is refused where starting would be', async () => {
    const { api } = service;
    const { projectId, runId } = await startFounderRun(api);
    const start = { project_id: projectId, template: 'founder' };
    const rehearsed = await api.post('/pipeline/start?dry_run=true', start);
    expect([rehearsed.status, rehearsed.body['code'], rehearsed.body['run_id']]).toEqual([
      409,
      'run-already-open',
      runId,
    ]);
  });
});

describe('the id of something that is no run', () => {
  it('is no run, whatever is asked of it', async () => {
    const { api } = service;
    const { projectId } = await startFounderRun(api);
    const asked = [
      () => api.get(`/pipeline/${projectId}`),
      () => api.get(`/pipeline/${projectId}?version=1`),
      () => api.get(`/pipeline/${projectId}/readiness`),
      () => api.get(`/pipeline/${projectId}/actions`),
      () => api.get(`/pipeline/${projectId}/timeline`),
      () => api.post(`/pipeline/${projectId}/park`, { reason: 'Winter.' }),
      () => api.post(`/pipeline/${projectId}/cancel`, { reason: 'Winter.' }),
      () => api.post(`/pipeline/${projectId}/stages/thesis_defined/start`),
      () => api.post(`/pipeline/${projectId}/park`, { reason: 'Winter.' }, { headers: { 'if-match': '"7"' } }),
    ];
    for (const ask of asked) {
      const { status, body } = await ask();
      expect([status, body['code']]).toEqual([404, 'run-not-found']);
    }
  });
});
