import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN_KEY, startTestService } from '../support/service.js';

const PROGRAM = fileURLToPath(new URL('../../scripts/demo/main.ts', import.meta.url));

type Told = Readonly<{ code: number | null; account: string; complaint: string }>;
type Event = Readonly<{ stream_version: number; event_type: string; actor_type: string; actor_id: string }>;

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const tell = (env: Readonly<Record<string, string>>, ...story: readonly string[]): Promise<Told> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, ...story], { env: { PATH: process.env['PATH'], ...env } });
    const said = { account: '', complaint: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.account += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.complaint += chunk.toString()));
    child.once('close', (code) => resolve({ code, ...said }));
  });

describe('the demo', () => {
  let told: Told;
  beforeAll(async () => {
    told = await tell({ STAGELINE_URL: service.url, STAGELINE_KEY: ADMIN_KEY });
  }, 60_000);

  it('tells its story to the end', () => {
    expect(told).toMatchObject({ code: 0, complaint: '' });
    expect(told.account).toContain('version 70: completed, 100 % of the run');
  });

  it.each([
    '409 run-already-open',
    '409 stage-not-ready',
    '403 forbidden',
    '422 reason-required',
    '409 run-parked',
    'Idempotency-Replayed: true',
    'already in effect',
    '409 gate-already-decided',
    '412 stale-version',
    'In between: milestone.completed',
    'decides at the gate: narrow',
    'decides at the gate: pivot',
    'unparks the run',
    '409 run-closed',
    'nothing was changed',
  ])('shows %s', (what) => {
    expect(told.account).toContain(what);
  });

  it('writes plain text where nobody sits at a terminal', () => {
    expect(told.account).not.toContain('\u001b');
  });

  it('leaves the timeline that it prints', async () => {
    const run = /Its timeline +\S+\/pipeline\/([0-9a-f-]+)\/timeline/.exec(told.account)?.[1] ?? '';
    const { body } = await service.api.get<{ items: Event[] }>(`/pipeline/${run}/timeline?limit=200`);
    expect(rowsOf(told.account)).toEqual(
      body.items.map((event) => [String(event.stream_version), event.event_type, event.actor_id]),
    );
    expect(new Set(body.items.map(({ actor_type: type }) => type))).toEqual(new Set(['founder']));
  });

  it('leaves every stage passed and the project at its end', async () => {
    const { body } = await service.api.get<{ items: Record<string, unknown>[] }>('/projects');
    expect(body.items).toEqual([expect.objectContaining({ run_status: 'completed', progress_percent: 100 })]);
  });

  it('takes its keys back', async () => {
    const { body } = await service.api.get<{ items: { name: string }[] }>('/keys');
    expect(body.items.map(({ name }) => name)).toEqual(['first admin key']);
  });

  it('can be told again on the same service', async () => {
    const again = await tell({ STAGELINE_URL: `${service.url}/`, STAGELINE_KEY: ADMIN_KEY });
    expect(again).toMatchObject({ code: 0, complaint: '' });
  }, 60_000);
});

describe('the demo of hiring', () => {
  let told: Told;
  beforeAll(async () => {
    told = await tell({ STAGELINE_URL: service.url, STAGELINE_KEY: ADMIN_KEY }, 'hiring');
  }, 60_000);

  it('tells its story to the end', () => {
    expect(told).toMatchObject({ code: 0, complaint: '' });
    expect(told.account).toMatch(/version \d+: completed, 100 % of the run/);
  });

  it.each([
    '400 invalid-input',
    'the name is stored as',
    '409 run-already-open',
    'resume_screen created, 0 % of the run',
    '422 reason-required',
    'decides at the gate: pivot',
    'phone_screen created',
    '403 not-a-decider',
    'ends the run: rejected',
    '409 run-closed',
    'ends the run: withdrawn',
    'nothing was changed',
  ])('shows %s', (what) => {
    expect(told.account).toContain(what);
  });

  it('leaves no run open', async () => {
    const { body } = await service.api.get<{ items: { outcome: string }[] }>('/pipeline?template=swe1-hiring');
    expect(body.items.map(({ outcome }) => outcome)).toEqual(['completed', 'rejected', 'withdrawn']);
  });
});

describe('the demo of a graph', () => {
  let told: Told;
  beforeAll(async () => {
    told = await tell({ STAGELINE_URL: service.url, STAGELINE_KEY: ADMIN_KEY }, 'graph');
  }, 60_000);

  it('tells its story to the end', () => {
    expect(told).toMatchObject({ code: 0, complaint: '' });
    expect(told.account).toMatch(/version \d+: completed, 100 % of the run/);
  });

  it.each([
    '422 invalid-template',
    'research -> ',
    '409 lease-lost',
    'waits for a human',
    'NEEDS_HUMAN',
    'No edge that leads to it was taken.',
    'pipeline_node.skipped',
    'job.retry_scheduled',
    'nothing was changed',
  ])('shows %s', (what) => {
    expect(told.account).toContain(what);
  });
});

describe('the demo of a delivery', () => {
  let told: Told;
  beforeAll(async () => {
    told = await tell({ STAGELINE_URL: service.url, STAGELINE_KEY: ADMIN_KEY }, 'delivery');
  }, 60_000);

  it('tells its story to the end', () => {
    expect(told).toMatchObject({ code: 0, complaint: '' });
    expect(told.account).toMatch(/version \d+: completed, 100 % of the run/);
  });

  it.each([
    'is not there yet',
    'job-needs-human',
    'waits for a human',
    'waits for an approval',
    'decides at the gate: send_back',
    'hands the vote on to Ben',
    'approves in place of Ann',
    'budget: 900 (olga), 1200 (ben)',
    'nothing was changed',
  ])('shows %s', (what) => {
    expect(told.account).toContain(what);
  });

  it.each([
    'Olga records assignee: "mika"',
    'It leaves 0_sales for 1_onboarding',
    'Robot fails: The compiler is gone.',
    'A person is needed',
    'Ann sends it back',
    'Nobody decided in time',
    'A rule decides: pivot, back to 3_build',
    '4_test begins anew',
    'The delivery is complete.',
  ])('prints a timeline that says: %s', (sentence) => {
    expect(told.account.slice(told.account.indexOf('What happened'))).toContain(sentence);
  });

  it('can be told again on the same service', async () => {
    const again = await tell({ STAGELINE_URL: service.url, STAGELINE_KEY: ADMIN_KEY }, 'delivery');
    expect(again).toMatchObject({ code: 0, complaint: '' });
  }, 60_000);
});

describe('the demo without what it needs', () => {
  it('says which stories there are where it knows none of that name', async () => {
    const { code, complaint } = await tell({ STAGELINE_URL: service.url }, 'winter');
    expect({ code, complaint }).toEqual({
      code: 1,
      complaint: 'There is no story "winter". Ask for founder or hiring or graph or delivery.\n',
    });
  });

  it('says how to start a service where none answers', async () => {
    const { code, account, complaint } = await tell({ STAGELINE_URL: 'http://127.0.0.1:9' });
    expect({ code, account }).toEqual({ code: 1, account: '' });
    expect(complaint).toMatch(/^No Stageline answers at http:\/\/127\.0\.0\.1:9\. Start one with npm start/);
  });

  it('says where it looked for a key', async () => {
    const { code, complaint } = await tell({ STAGELINE_URL: service.url, STAGELINE_DATA_DIR: '/nowhere' });
    expect(code).toBe(1);
    expect(complaint).toContain('There is no admin key in /nowhere/admin-key.');
  });

  it('names the step and the refusal where the service answers otherwise', async () => {
    const { code, complaint } = await tell({ STAGELINE_URL: service.url, STAGELINE_KEY: 'sl_wrong' });
    expect(code).toBe(1);
    expect(complaint).toMatch(
      /^Step 1, "Admin makes a key for Ada": expected 201, but the service answered 401 unauthorized/,
    );
  });
});

/** Version, event type and actor of each line of the printed table. */
function rowsOf(account: string): string[][] {
  return [...account.matchAll(/^ *(\d+) {2}\d{4}-\d\d-\d\d [\d:.]+ {2}(\S+) +(\S+)(?: |$)/gm)].map((row) =>
    row.slice(1, 4),
  );
}
