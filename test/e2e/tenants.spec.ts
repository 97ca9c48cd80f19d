import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { founder } from '../../src/templates/built-in/founder.js';
import type { ApiClient } from '../support/api-client.js';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { followTimeline } from '../support/event-stream.js';
import { accepted, decide, readRun, standAtGate } from '../support/founder-walk.js';
import { startDocumentedService } from '../support/service.js';
import { until } from '../support/wait.js';

const THEIR_TENANT = '00000000-0000-7000-8000-0000000000bb';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
let theirs: ApiClient;
let ours: Awaited<ReturnType<typeof standAtGate>> &
  Readonly<{ riskId: string; jobProfileId: string; candidateId: string }>;
beforeAll(async () => {
  service = await startDocumentedService();
  backstage = await openBackstage(service.connection);
  theirs = service.api.as(await backstage.keyIn(THEIR_TENANT, 'admin'));
  const standing = await standAtGate(service.api);
  const { id: jobProfileId } = accepted(await service.api.post<{ id: string }>('/job-profiles', { title: 'Engineer' }));
  const { id: candidateId } = accepted(await service.api.post<{ id: string }>('/candidates', { name: 'Robin' }));
  ours = { ...standing, riskId: standing.runId, jobProfileId, candidateId };
  await until('all is sealed', async () => {
    const { body } = await service.api.get<{ items: readonly object[] }>(`/timeline?run_id=${ours.runId}`);
    return body.items.length === ours.run.version;
  });
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

describe('somebody of another tenant', () => {
  it.each([
    '/projects',
    '/job-profiles',
    '/candidates',
    '/pipeline',
    '/pipeline/why',
    '/gates',
    '/templates',
    '/jobs',
    '/timeline',
  ])('sees nothing of ours at %s', async (path) => {
    expect(accepted(await theirs.get(path))).toEqual({ items: [], next: null });
  });

  it('sees nothing of ours by asking for it', async () => {
    const { runId, projectId } = ours;
    const queries = [`/pipeline?project_id=${projectId}`, `/gates?run_id=${runId}`, `/timeline?run_id=${runId}`];
    for (const path of queries) expect(accepted(await theirs.get(path))).toEqual({ items: [], next: null });
  });

  it('is told that what is ours is not there', async () => {
    const { runId, projectId, gateId } = ours;
    const paths = [
      '',
      '?version=1',
      '?as_of=2999-01-01T00:00:00Z',
      '/stages',
      '/readiness',
      '/actions',
      '/why',
      '/timeline',
    ];
    const addresses = [
      `/projects/${projectId}`,
      `/projects/${projectId}/gate-policy`,
      `/pipeline/${runId}/gate-policy`,
      `/job-profiles/${ours.jobProfileId}`,
      `/candidates/${ours.candidateId}`,
      `/gates/${gateId}`,
      '/templates/founder',
      '/templates/founder/versions/1',
    ];
    for (const path of [...paths.map((rest) => `/pipeline/${runId}${rest}`), ...addresses]) {
      expect({ path, status: (await theirs.get(path)).status }).toEqual({ path, status: 404 });
    }
  });

  it('cannot change what is ours', async () => {
    const { runId, projectId, gateId, riskId } = ours;
    const stage = `/pipeline/${runId}/stages/thesis_defined`;
    const commands: readonly (readonly [string, object?])[] = [
      [`${stage}/start`],
      [`${stage}/complete`, { override: true, reason: 'Mine.' }],
      [`${stage}/milestones/brief_generated/reopen`],
      [`${stage}/criteria/any/meet`],
      [`${stage}/risks`, { type: 'law', message: 'A permit.' }],
      [`${stage}/risks/${riskId}/dismiss`, { reason: 'Mine.' }],
      [`${stage}/focus`, { focus: ['Mine.'] }],
      [`${stage}/result`, { outcome: 'fail' }],
      [`/pipeline/${runId}/facts`, { facts: { mine: true }, trigger: 'theft' }],
      [`/pipeline/${runId}/advance`],
      [`/pipeline/${runId}/park`, { reason: 'Mine.' }],
      [`/pipeline/${runId}/unpark`, { reason: 'Mine.' }],
      [`/pipeline/${runId}/cancel`, { reason: 'Mine.' }],
      [`/pipeline/${runId}/resume`, { reason: 'Mine.' }],
      [`/gates/${gateId}/decision`, { decision: 'proceed' }],
      ['/pipeline/start', { project_id: projectId, template: 'founder' }],
    ];
    const before = await backstage.stored();
    for (const [path, body] of commands) {
      expect({ path, status: (await theirs.post(path, body)).status }).toEqual({ path, status: 404 });
      expect({ path, status: (await theirs.post(`${path}?dry_run=true`, body)).status }).toEqual({ path, status: 404 });
    }
    expect(await backstage.stored()).toEqual(before);
    expect(await readRun(service.api, runId)).toEqual(ours.run);
  });

  it('neither sees nor takes our jobs, nor reports on them', async () => {
    const job = { handler: 'ours', payload: {}, idempotency_key: 'one and the same' };
    const { id } = accepted(await service.api.post<{ id: string }>('/jobs', job));
    const claim = { handlers: ['ours'], worker_id: 'w' };
    expect(accepted(await theirs.post('/jobs/claim', claim))).toEqual({ jobs: [] });
    accepted(await service.api.post('/jobs/claim', claim));
    const before = accepted(await service.api.get(`/jobs/${id}`));
    const reports: readonly (readonly [string, object])[] = [
      ['heartbeat', { attempt: 1 }],
      ['complete', { attempt: 1, output: 'Mine.' }],
      ['fail', { attempt: 1, error: 'Mine.' }],
      ['needs-human', { attempt: 1, reason: 'Mine.' }],
      ['cancel', { reason: 'Mine.' }],
      ['retry', {}],
      ['resolve', { outcome: 'failed', reason: 'Mine.' }],
    ];
    for (const [report, body] of reports) {
      const answer = await theirs.post(`/jobs/${id}/${report}`, body);
      expect({ report, status: answer.status }).toEqual({ report, status: 404 });
    }
    expect((await theirs.get(`/jobs/${id}`)).status).toBe(404);
    expect((await theirs.get(`/pipeline/${ours.runId}/nodes`)).status).toBe(404);
    expect(accepted(await service.api.get(`/jobs/${id}`))).toEqual(before);
    expect((await theirs.post('/jobs', job)).status).toBe(201);
  });

  it('is not told our versions', async () => {
    const path = `/pipeline/${ours.runId}/advance`;
    const { status, body } = await theirs.post(path, {}, { headers: { 'if-match': '"1"' } });
    expect(JSON.stringify(body)).not.toContain('thesis_defined');
    expect([404, 412]).toContain(status);
    expect(body['intervening'] ?? []).toEqual([]);
  });

  it('cannot list or revoke our keys', async () => {
    const { items } = accepted(await theirs.get<{ items: readonly { id: string }[] }>('/keys'));
    expect(items).toHaveLength(1);
    const { items: oursListed } = accepted(await service.api.get<{ items: readonly { id: string }[] }>('/keys'));
    expect((await theirs.send('DELETE', `/keys/${String(oursListed[0]?.id)}`)).status).toBe(404);
    expect((await service.api.get('/projects')).status).toBe(200);
  });

  it('may use the same idempotency key for a request of their own', async () => {
    const headers = { 'idempotency-key': 'one and the same' };
    const mine = await service.api.post('/projects', { name: 'Ours' }, { headers });
    const their = await theirs.post('/projects', { name: 'Theirs' }, { headers });
    expect(their.status).toBe(201);
    expect(their.headers.get('idempotency-replayed')).toBeNull();
    expect(their.body['id']).not.toBe(mine.body['id']);
    expect((await theirs.get(`/projects/${String(mine.body['id'])}`)).status).toBe(404);
    expect((await service.api.get(`/projects/${String(their.body['id'])}`)).status).toBe(404);
  });

  it('follows only their own timeline', async () => {
    await backstage.publish(founder, THEIR_TENANT);
    const following = await followTimeline(theirs, '/timeline/stream');
    const [published] = await following.take(1);
    expect(published?.data).toMatchObject({ tenant_id: THEIR_TENANT });
    accepted(await service.api.post('/projects', { name: 'Ours again' }));
    accepted(await theirs.post('/projects', { name: 'Theirs again' }));
    let last = published;
    while (last?.data['detail'] === undefined || !JSON.stringify(last.data).includes('Theirs again')) {
      [last] = await following.take(1);
      expect(last?.data).toMatchObject({ tenant_id: THEIR_TENANT });
    }
    following.close();
  });

  it('goes their own way through the same template', async () => {
    await backstage.publish(founder, THEIR_TENANT);
    const { gateId } = await standAtGate(theirs);
    expect((await service.api.post(`/gates/${gateId}/decision`, { decision: 'proceed' })).status).toBe(404);
    expect((await decide(theirs, gateId, { decision: 'proceed' })).run.current_stage).toBe('validated_direction');
  });
});
