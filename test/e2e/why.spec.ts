import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StageDefinition } from '../../src/templates/contract.js';
import type { ApiClient } from '../support/api-client.js';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { accepted, finishStage, readRun } from '../support/founder-walk.js';
import { agent, delay, graphStage, trigger } from '../support/graph-story.js';
import { keyFor, startDocumentedService, startFounderRun } from '../support/service.js';
import { until } from '../support/wait.js';

type Why = Readonly<{
  run_id: string;
  waits_for: string;
  since: string;
  changes_at: string | null;
  moving: boolean;
  summary: string;
  unblock: readonly Readonly<{ action: string; path?: string; who: readonly string[] }>[];
  others: number;
  job?: Readonly<{ id: string; status: string; lease_expires_at: string | null }>;
  gate?: Readonly<{ id: string }>;
  version: number;
}>;
type Events = Readonly<{ items: readonly Readonly<{ event_type: string; occurred_at: string }>[] }>;

const plain: StageDefinition = { key: 'draft', name: 'Draft', auto_start: true, milestones: {}, exit_criteria: [] };
const rule = {
  code: 'customer-known',
  when: 'facts.customer == "Acme"',
  reason: 'The customer is not known.',
  action: { code: 'name-customer', message: 'Name the customer.' },
};
const gate = { gate_type: 'decision', options: ['proceed', 'park'], decided_by: ['founder'] } as const;
const approval = {
  gate_type: 'approval',
  options: ['approve', 'send_back'],
  decided_by: ['approver'],
  quorum: 2,
} as const;
const asking = graphStage([trigger(), agent('ask', { agent_id: 'why-clerk' })], ['start>ask'], {
  graph: { max_retries_per_node: 1 },
});

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let backstage: Backstage;
let api: ApiClient;
let worker: ApiClient;
beforeAll(async () => {
  service = await startDocumentedService();
  ({ api } = service);
  worker = api.as(await keyFor(api, { roles: ['worker'], actor_type: 'worker', actor_id: 'robot' }));
  backstage = await openBackstage(service.connection);
  const templates: Readonly<Record<string, StageDefinition>> = {
    'why-unstarted': { ...plain, auto_start: false },
    'why-ruled': { ...plain, contract: [rule] },
    'why-lapsing': { ...plain, gate: { ...gate, expires_after_seconds: 1 } },
    'why-approved': { ...plain, gate: approval },
    'why-asking': asking,
    'why-resting': graphStage([trigger(), delay('rest', 600)], ['start>rest']),
  };
  for (const [key, stage] of Object.entries(templates)) await backstage.publish({ key, name: key, stages: [stage] });
});
afterAll(async () => {
  await backstage.close();
  await service.close();
});

const start = async (template: string): Promise<string> =>
  accepted(await api.post<{ id: string }>('/pipeline/start', { template })).id;
const why = async (runId: string): Promise<Why> => accepted(await api.get<Why>(`/pipeline/${runId}/why`));

/** When the last event of that type happened to a run. */
const timeOf = async (runId: string, type: string): Promise<string | undefined> => {
  const { items } = accepted(await api.get<Events>(`/pipeline/${runId}/timeline?limit=200`));
  return items.findLast((event) => event.event_type === type)?.occurred_at;
};

const claim = async (): Promise<Readonly<{ id: string; attempt: number }>> => {
  const asked = { handlers: ['why-clerk'], limit: 1, worker_id: 'robot-7', lease_seconds: 30, wait_seconds: 10 };
  const { jobs } = accepted(await worker.post<{ jobs: { id: string; attempt: number }[] }>('/jobs/claim', asked));
  const [job] = jobs;
  if (job === undefined) throw new Error('There is no job to claim.');
  return job;
};

describe('why a run is not moving', () => {
  it('is told of one whose stage nobody started', async () => {
    const runId = await start('why-unstarted');
    expect(await why(runId)).toEqual({
      run_id: runId,
      template: { key: 'why-unstarted', version: 1 },
      subject: { type: 'none' },
      status: 'running',
      stage: 'draft',
      stage_name: 'Draft',
      waits_for: 'command',
      since: await timeOf(runId, 'stage.entered'),
      changes_at: null,
      moving: false,
      summary: 'Stage "Draft" was entered, and nobody has started it.',
      unblock: [
        {
          action: 'start-stage',
          message: 'Start the stage.',
          method: 'POST',
          path: `/pipeline/${runId}/stages/draft/start`,
          who: ['operator'],
        },
      ],
      others: 0,
      version: 2,
    });
  });

  it('is told of a founder’s run, and what it says unblocks it', async () => {
    const { runId } = await startFounderRun(api);
    accepted(await api.post(`/pipeline/${runId}/stages/thesis_defined/risks`, { type: 'law', message: 'A permit.' }));
    const seen: string[] = [];
    for (let told = await why(runId); told.waits_for !== 'decision'; told = await why(runId)) {
      seen.push(told.waits_for);
      expect(seen.length).toBeLessThan(10);
      accepted(await api.post(String(told.unblock[0]?.path), told.waits_for === 'risk' ? { reason: 'Granted.' } : {}));
    }
    expect(seen).toEqual(['risk', 'milestone', 'milestone', 'command']);
    const told = await why(runId);
    expect(told).toMatchObject({
      since: await timeOf(runId, 'gate.opened'),
      unblock: [{ action: 'decide-gate', who: expect.arrayContaining(['founder']) }],
      gate: { id: (await readRun(api, runId)).open_gate_id },
    });
    accepted(await api.post(`/pipeline/${runId}/park`, { reason: 'Winter.' }));
    expect(await why(runId)).toMatchObject({
      waits_for: 'unpark',
      since: await timeOf(runId, 'pipeline_run.parked'),
      summary: expect.stringMatching(/^The run was parked by user .*: Winter\.$/),
      parked: { reason: 'Winter.', gate_id: null },
      others: 0,
    });
  });

  it('is told of a rule, since the fact that broke it', async () => {
    const runId = await start('why-ruled');
    const learn = (facts: object) => api.post(`/pipeline/${runId}/facts`, { facts, trigger: 'call' });
    expect(await why(runId)).toMatchObject({ waits_for: 'rule', since: await timeOf(runId, 'stage.entered') });
    accepted(await learn({ customer: 'Acme' }));
    expect(await why(runId)).toMatchObject({ waits_for: 'command', since: await timeOf(runId, 'facts.recorded') });
    accepted(await learn({ customer: 'Bolt' }));
    const broken = await timeOf(runId, 'facts.recorded');
    accepted(await learn({ colour: 'red' }));
    expect(await why(runId)).toMatchObject({
      waits_for: 'rule',
      since: broken,
      rule: { code: 'customer-known', reason: 'The customer is not known.', example: null },
      unblock: [{ action: 'name-customer', path: `/pipeline/${runId}/facts`, who: ['operator', 'worker'] }],
    });
  });

  it('is told of a gate whose time is up, and that nobody is asked any more', async () => {
    const runId = await start('why-lapsing');
    accepted(await api.post(`/pipeline/${runId}/stages/draft/complete`));
    await until('the gate has expired', async () => (await timeOf(runId, 'gate.expired')) !== undefined);
    const told = await why(runId);
    expect(told).toMatchObject({ waits_for: 'command', since: await timeOf(runId, 'gate.expired') });
    accepted(await api.post(String(told.unblock[0]?.path)));
    expect(['decision', 'timer']).toContain((await why(runId)).waits_for);
  });

  it('is told of an approval, with how many are missing', async () => {
    const runId = await start('why-approved');
    accepted(await api.post(`/pipeline/${runId}/stages/draft/complete`));
    expect(await why(runId)).toMatchObject({
      waits_for: 'approval',
      summary: 'Stage "Draft" waits for 2 of 2 approvals, by approver.',
      gate: { quorum: 2, missing_approvals: 2, votes: [], allowed_deciders: ['approver'] },
    });
  });

  it('is told of a job from the queue to the person it needs', async () => {
    const runId = await start('why-asking');
    expect(await why(runId)).toMatchObject({
      waits_for: 'job',
      since: await timeOf(runId, 'job.queued'),
      moving: false,
      job: { status: 'QUEUED', handler: 'why-clerk', attempts: 0, max_attempts: 2 },
    });
    const first = await claim();
    const { lease_expires_at: lease } = accepted(await api.get<{ lease_expires_at: string }>(`/jobs/${first.id}`));
    expect(await why(runId)).toMatchObject({
      since: await timeOf(runId, 'job.started'),
      changes_at: lease,
      moving: true,
      job: { id: first.id, status: 'RUNNING', worker: 'robot-7', attempts: 1, lease_expires_at: lease },
    });
    accepted(await worker.post(`/jobs/${first.id}/heartbeat`, { attempt: 1 }));
    expect(String((await why(runId)).job?.lease_expires_at) > lease).toBe(true);
    accepted(await worker.post(`/jobs/${first.id}/fail`, { attempt: 1, error: 'No ink.', retry_after_seconds: 600 }));
    const retrying = await why(runId);
    expect(retrying).toMatchObject({
      since: await timeOf(runId, 'job.retry_scheduled'),
      moving: true,
      job: { status: 'QUEUED', error: 'No ink.', next_run_at: retrying.changes_at },
    });
    accepted(await api.post(String(retrying.unblock[1]?.path), {}));
    const second = await claim();
    accepted(await worker.post(`/jobs/${second.id}/needs-human`, { attempt: 2, reason: 'Which ink?' }));
    const incident = await why(runId);
    expect(incident).toMatchObject({
      waits_for: 'person',
      since: await timeOf(runId, 'job.needs_human'),
      summary: 'The job of node "ask" (ask) needs a person: Which ink?',
      job: { status: 'NEEDS_HUMAN', error: 'Which ink?' },
    });
    accepted(await api.post(String(incident.unblock[0]?.path), { outcome: 'failed', reason: 'None.' }));
    const failed = await why(runId);
    expect(failed).toMatchObject({
      waits_for: 'resume',
      since: await timeOf(runId, 'pipeline_run.failed'),
      broken: { failed: ['ask'], rerun: ['ask'], rerun_count: 1, attempt: 1 },
    });
    accepted(await api.post(String(failed.unblock[0]?.path), { reason: 'Mended.' }));
    accepted(await worker.post(`/jobs/${(await claim()).id}/complete`, { attempt: 1, output: {} }));
    expect(await why(runId)).toMatchObject({
      waits_for: 'nothing',
      since: await timeOf(runId, 'pipeline_run.completed'),
      ended: { outcome: 'completed' },
      unblock: [],
    });
  });

  it('is told of a delay, and that nobody is needed', async () => {
    const runId = await start('why-resting');
    const told = await why(runId);
    expect(told).toMatchObject({ waits_for: 'timer', moving: true, timer: { purpose: 'node_delay', node: 'rest' } });
    expect(Date.parse(String(told.changes_at)) - Date.parse(told.since)).toBe(600_000);
    accepted(await api.post(`/pipeline/${runId}/cancel`, { reason: 'Sold.', outcome: 'sold' }));
    expect(await why(runId)).toMatchObject({ waits_for: 'nothing', ended: { outcome: 'sold', reason: 'Sold.' } });
  });

  it('is not told of a run that is not there', async () => {
    const { status, body } = await api.get('/pipeline/00000000-0000-7000-8000-00000000dead/why');
    expect({ status, code: body['code'] }).toEqual({ status: 404, code: 'run-not-found' });
  });
});

describe('the list of what open runs wait for', () => {
  type Page = Readonly<{ items: readonly Why[]; next: string | null }>;
  const list = async (query: string): Promise<Page> => accepted(await api.get<Page>(`/pipeline/why?${query}`));

  it('says of each what it says of one, oldest first, page by page', async () => {
    const [first, second, third] = [await start('why-resting'), await start('why-resting'), await start('why-resting')];
    accepted(await api.post(`/pipeline/${second}/park`, { reason: 'Winter.' }));
    accepted(await api.post(`/pipeline/${third}/cancel`, { reason: 'Enough.' }));
    const { items, next } = await list('template=why-resting');
    expect(items).toEqual([await why(first), await why(second)]);
    expect(next).toBeNull();
    const page = await list('template=why-resting&limit=1');
    expect(page.items.map(({ run_id }) => run_id)).toEqual([first]);
    const rest = await list(`template=why-resting&limit=1&after=${String(page.next)}`);
    expect(rest.items.map(({ run_id }) => run_id)).toEqual([second]);
  });

  it('is narrowed to a status, a template, a stage or a project', async () => {
    const { runId, projectId } = await startFounderRun(api);
    const ids = async (query: string) => (await list(query)).items.map(({ run_id }) => run_id);
    expect(await ids(`project_id=${projectId}`)).toEqual([runId]);
    expect(await ids(`project_id=${projectId}&status=parked`)).toEqual([]);
    expect(await ids(`project_id=${projectId}&stage=mvp_built`)).toEqual([]);
    await finishStage(api, runId, 'thesis_defined');
    expect((await list(`project_id=${projectId}&template=founder`)).items).toMatchObject([{ waits_for: 'decision' }]);
  });

  it.each(['limit=51', 'limit=0', 'after=nope', 'status=completed', 'waits_for=rule'])('refuses %s', async (query) => {
    expect(await api.get(`/pipeline/why?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid-input' } });
  });
});
