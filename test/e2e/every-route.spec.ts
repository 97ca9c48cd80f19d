import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { publishApproval, standAtApproval } from '../support/approval-walk.js';
import { accepted, decide, finishStage, readStage, standAtGate } from '../support/founder-walk.js';
import { asOwner } from '../support/read-model-fold.js';
import { rebuild } from '../support/rebuilding.js';
import { startDocumentedService } from '../support/service.js';
import { until } from '../support/wait.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let checkedId = '';
beforeAll(async () => {
  service = await startDocumentedService({
    STAGELINE_HTTP_ALLOW_PRIVATE: '127.0.0.1',
    STAGELINE_WEBHOOK_ATTEMPTS: '1',
  });
  const stage = { key: 'draft', name: 'Draft', milestones: {}, exit_criteria: [{ key: 'sourced', text: 'Sourced' }] };
  const template = { key: 'checked', name: 'Checked', stages: [stage] };
  accepted(await service.api.post('/templates/validate', template));
  expect((await service.api.post('/templates', template)).status).toBe(201);
  const graph = { nodes: [{ id: 'go', type: 'trigger', name: 'Go', config: {} }], edges: [] };
  accepted(await service.api.post('/pipelines/validate', { key: 'graph', name: 'Graph', ...graph }));
  expect((await service.api.post('/pipelines', { key: 'graph', name: 'Graph', ...graph })).status).toBe(201);
  checkedId = accepted(await service.api.post<{ id: string }>('/pipeline/start', { template: 'checked' })).id;
});
afterAll(() => service.close());

async function hire(): Promise<readonly string[]> {
  const { api } = service;
  const job = accepted(await api.post<{ id: string }>('/job-profiles', { title: 'Engineer', skills: ['go'] }));
  const robin = { name: 'Robin', email: 'robin@example.org', links: ['https://example.org/robin'] };
  const candidate = accepted(await api.post<{ id: string }>('/candidates', robin));
  return ['/job-profiles', `/job-profiles/${job.id}`, '/candidates', `/candidates/${candidate.id}`];
}

async function readEverything(runId: string, projectId: string, gateId: string): Promise<void> {
  const lists = [
    '/keys',
    '/templates',
    '/projects',
    '/pipeline',
    '/pipeline/why',
    '/gates',
    '/timeline',
    '/audit/seals',
  ];
  const things = [`/projects/${projectId}`, `/gates/${gateId}`, '/templates/founder', '/templates/founder/versions/1'];
  const ofRun = ['', '/stages', '/facts', '/nodes', '/readiness', '/actions', '/why', '/gate-policy', '/timeline'].map(
    (rest) => `/pipeline/${runId}${rest}`,
  );
  const insights = ['funnel', 'funnel/thesis_defined/dropouts', 'cycle-times', 'gates'].map(
    (insight) => `/insights/${insight}?template=founder`,
  );
  const open = ['/health/live', '/health/ready', '/problems', '/problems/run-parked'];
  for (const path of [...lists, ...things, ...ofRun, ...insights, ...open]) {
    expect({ path, status: (await service.api.get(path)).status }).toEqual({ path, status: 200 });
  }
  await audit(runId);
}

type Events = { items: readonly { id: string; correlation_id: string }[] };

async function audit(runId: string): Promise<void> {
  const { api } = service;
  accepted(await api.get('/audit/key'));
  const { items } = accepted(await api.get<Events>(`/pipeline/${runId}/timeline`));
  const proof = `/audit/events/${String(items[0]?.id)}/proof`;
  await until('the run’s first event is sealed', async () => (await api.get(proof)).status === 200);
  accepted(await api.get('/audit/export'));
  accepted(await api.get(`/correlations/${String(items[0]?.correlation_id)}`));
  accepted(await api.post('/audit/verify'));
  accepted(await api.post('/audit/verify', { from: 1, to: 1 }));
}

const RUNS = '/projections/pipeline_runs';

/** What an event that cannot be projected leaves. */
const PARK = `insert into parked_streams (name, stream_id, in_rebuild, tenant_id, stream_version, event_id, event_type, error)
  select 'pipeline_runs', stream_id, false, tenant_id, 1, id, event_type, 'It failed.' from stage_events
  where stream_type = 'pipeline_run' limit 1`;

async function lookAfterProjections(): Promise<void> {
  const { api } = service;
  accepted(await api.get('/projections'));
  expect(await rebuild(api, 'pipeline_runs')).toMatchObject({ status: 'live', rebuild: { status: 'done' } });
  expect((await api.send('DELETE', `${RUNS}/previous`)).status).toBe(204);
  await asOwner(service.connection, (client) => client.query(PARK));
  const { items } = accepted(await api.get<{ items: readonly { stream_id: string }[] }>(`${RUNS}/parked`));
  accepted(await api.post(`${RUNS}/parked/${String(items[0]?.stream_id)}/retry`));
}

async function workOn(runId: string): Promise<void> {
  const { api } = service;
  const stage = `/pipeline/${runId}/stages/validated_direction`;
  accepted(await api.post(`${stage}/risks`, { type: 'law', message: 'A permit.' }));
  const [risk] = (await readStage(api, runId, 'validated_direction')).blocking_risks;
  accepted(await api.post(`${stage}/risks/${String(risk?.id)}/dismiss`, { reason: 'Granted.' }));
  accepted(await api.post(`${stage}/focus`, { focus: ['Price.'] }));
  accepted(await api.post(`${stage}/result`, { outcome: 'pass', score: 4, feedback: 'Clear.', data: { panel: 2 } }));
  accepted(await api.post(`${stage}/milestones/direction_chosen/complete`));
  accepted(await api.post(`${stage}/milestones/direction_chosen/reopen`));
  accepted(await api.post(`/pipeline/${runId}/facts`, { facts: { calls: 3 }, trigger: 'calls_made' }));
  await finishStage(api, runId, 'validated_direction');
  accepted(await api.post(`/pipeline/${runId}/advance`));
  for (const act of ['park', 'unpark', 'cancel'])
    accepted(await api.post(`/pipeline/${runId}/${act}`, { reason: 'So.' }));
}

async function setPolicies(projectId: string): Promise<void> {
  const { api } = service;
  const rule = { require_approval: false, approvers: ['approver'], quorum: 2, expires_after_seconds: null };
  for (const path of ['/gate-policy', `/projects/${projectId}/gate-policy`]) {
    for (const query of ['?dry_run=true&reason=So.', '?reason=So.', '']) {
      const body = { '*': rule, plain: { on_expiry: 'escalate', escalate_to: ['admin'] } };
      accepted(await api.send('PUT', path + query, { body }));
    }
    accepted(await api.get(path));
    accepted(await api.send('PUT', path, { body: {} })); // What follows has stages that are approved as their template says.
  }
  for (const dry of ['?dry_run=true', '']) {
    accepted(await api.send('PATCH', `/projects/${projectId}${dry}`, { body: { require_manual_review: true } }));
  }
  accepted(await api.send('PATCH', `/projects/${projectId}`, { body: { require_manual_review: false } }));
}

async function workJobs(): Promise<void> {
  const { api } = service;
  const queue = async () => accepted(await api.post<{ id: string }>('/jobs', { handler: 'draw', payload: {} })).id;
  const claim = async () => accepted(await api.post('/jobs/claim', { handlers: ['draw'], worker_id: 'w1' }));
  const jobs = [await queue(), await queue()].map((id) => `/jobs/${id}`);
  await claim();
  accepted(await api.post(`${String(jobs[0])}/heartbeat`, { attempt: 1 }));
  accepted(await api.post(`${String(jobs[0])}/complete`, { attempt: 1, output: [1, 'two', null] }));
  await claim();
  accepted(await api.post(`${String(jobs[1])}/needs-human`, { attempt: 1, reason: 'Which one?' }));
  accepted(await api.post(`${String(jobs[1])}/retry`, { payload: { which: 1 } }));
  await claim();
  accepted(await api.post(`${String(jobs[1])}/fail`, { attempt: 2, error: 'No.', retryable: true }));
  accepted(await api.post(`${String(jobs[1])}/cancel`, { reason: 'Enough.' }));
  const last = `/jobs/${await queue()}`;
  await claim();
  accepted(await api.post(`${last}/needs-human`, { attempt: 1, reason: 'Which one?' }));
  accepted(await api.post(`${last}/resolve`, { outcome: 'succeeded', output: 'this', reason: 'Seen.' }));
  const batch = accepted(
    await api.post<{ batch_id: string; items: readonly { id: string }[] }>('/jobs/batch', {
      jobs: [
        { handler: 'draw', payload: {} },
        { handler: 'draw', payload: {} },
      ],
    }),
  );
  accepted(await api.post('/jobs/claim', { handlers: ['draw'], worker_id: 'w1', limit: 2 }));
  const ended = batch.items.map(({ id }, index) => ({ id, attempt: index + 1, output: null }));
  accepted(await api.post('/jobs/complete', { jobs: ended }));
  for (const path of ['/jobs', `/jobs?batch_id=${batch.batch_id}`, ...jobs]) accepted(await api.get(path));
}

async function approve(): Promise<void> {
  const { api } = service;
  await publishApproval(api, 'approved', { expires_after_seconds: 60 });
  const { gateId } = await standAtApproval(api, 'approved');
  accepted(await api.post(`/gates/${gateId}/extend`, { seconds: 7200, reason: 'Holiday.' }));
  accepted(await api.post(`/gates/${gateId}/delegate`, { to: 'bea', reason: 'Away.' }));
  await decide(api, gateId, { decision: 'approve' });
  accepted(await api.get('/gates?mine=true'));
}

type Items = Readonly<{ items: readonly Readonly<{ id: string }>[] }>;

/** Nobody listens at the first address, so that everything becomes a dead letter at once. */
async function sendToWebhook(): Promise<void> {
  const { api } = service;
  const asked = { url: 'http://127.0.0.1:1/hook', event_types: ['project.created'] };
  const { id } = accepted(await api.post<{ id: string }>('/webhooks', asked));
  const webhook = `/webhooks/${id}`;
  for (const name of ['one', 'other']) expect((await api.post('/projects', { name })).status).toBe(201);
  const dead = async () => accepted(await api.get<Items>(`${webhook}/deliveries?status=dead`)).items;
  await until('there are dead letters', async () => (await dead()).length === 2);
  const [first, second] = await dead();
  accepted(await api.post(`${webhook}/deliveries/${String(first?.id)}/replay`));
  accepted(await api.post(`${webhook}/deliveries/${String(second?.id)}/skip`));
  for (const path of ['replay', 'test', 'rotate-secret']) accepted(await api.post(`${webhook}/${path}`));
  for (const path of ['/webhooks', webhook]) accepted(await api.get(path));
  accepted(await api.send('PATCH', webhook, { body: { status: 'paused' } }));
  expect((await api.send('DELETE', webhook)).status).toBe(204);
}

describe('every route', () => {
  it('answers as it is documented when all goes well', async () => {
    const { api, contract } = service;
    await approve(); // Before the policy has the last word.
    const { runId, projectId, gateId } = await standAtGate(api);
    await readEverything(runId, projectId, gateId);
    await setPolicies(projectId);
    for (const path of await hire()) accepted(await api.get(path));
    await decide(api, gateId, { decision: 'proceed', reason: 'It holds.' });
    await workOn(runId);
    await readEverything(runId, projectId, gateId);
    const draft = `/pipeline/${checkedId}/stages/draft`;
    for (const act of ['start', 'criteria/sourced/meet', 'criteria/sourced/unmeet'])
      accepted(await api.post(`${draft}/${act}`));
    const key = { name: 'x', roles: ['viewer'], actor_type: 'user', actor_id: 'bo' };
    const made = accepted(await api.post('/keys', key));
    expect((await api.send('DELETE', `/keys/${String(made['id'])}`)).status).toBe(204);

    await workJobs();
    await lookAfterProjections();
    await sendToWebhook();

    const unanswered = contract.routes.map(({ name }) => name).filter((name) => !contract.answered.has(name));
    // Nothing can fail yet that could be resumed; a stream never ends: timeline.spec.ts follows it.
    expect(unanswered.toSorted()).toEqual(['GET /timeline/stream', 'POST /pipeline/{id}/resume']);
  });
});

describe('a service with a limit', () => {
  it('on requests tells a key when it may go on', async () => {
    const limited = await startDocumentedService({ STAGELINE_RATE_LIMIT: '3' });
    const statuses = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await limited.api.get('/projects')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const { headers, body } = await limited.api.post('/projects', { name: 'x' });
    expect(body).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await limited.api.get('/health/ready', { key: null })).status).toBe(200);
    await limited.close();
  });
});
