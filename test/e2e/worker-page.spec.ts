import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiClient } from '../support/api-client.js';
import { type Child, runCommand } from '../support/child.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { ADMIN_KEY, keyFor, startTestService } from '../support/service.js';
import { until } from '../support/wait.js';

jest.setTimeout(30_000);

const page = readFileSync(new URL('../../docs/worker.md', import.meta.url), 'utf8');
const [typescript, python, bash] = ['ts', 'python', 'bash'].map(
  (language) => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '',
) as [string, string, string];

/** Its heartbeats come every second instead of every ten. */
const hurried = (source: string): string => source.replace('LEASE_SECONDS = 30', 'LEASE_SECONDS = 3');

type Job = Readonly<{
  id: string;
  status: string;
  attempts: number;
  lease_expires_at: string | null;
  error: string | null;
}>;

const folder = makeFolder();
let service: Awaited<ReturnType<typeof startTestService>>;
let key: string;
beforeAll(async () => {
  service = await startTestService();
  key = await keyFor(service.api, { roles: ['worker'], actor_type: 'worker', actor_id: 'greeter' });
});
afterAll(async () => {
  await service.close();
  removeFolder(folder);
});

const queue = async (payload: object): Promise<string> => {
  const { status, body } = await service.api.post<Job>('/jobs', { handler: 'greet', payload });
  expect(status).toBe(201);
  return body.id;
};
const read = async (id: string): Promise<Job> => (await service.api.get<Job>(`/jobs/${id}`)).body;
const comes = (id: string, what: string, holds: (job: Job) => boolean) =>
  until(`job ${id} ${what}`, async () => holds(await read(id)));
const isRunning = ({ status }: Job) => status === 'RUNNING';
const isDone = ({ status }: Job) => status === 'SUCCESS';

describe('the worker in twenty lines', () => {
  it('completes a job, and fails one that it cannot do', async () => {
    const source = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)][1]?.[1] ?? '';
    expect(
      source
        .trim()
        .split('\n')
        .filter((line) => line !== '').length,
    ).toBeLessThanOrEqual(20);
    const path = join(folder, 'short.ts');
    writeFileSync(path, source);
    const worker = runCommand(process.execPath, [path], { STAGELINE_URL: service.url, STAGELINE_KEY: key });
    const [done, refused] = [await queue({ name: 'Ada' }), await queue({ name: 'a'.repeat(262_133) })];
    await comes(done, 'is done', isDone);
    expect(await read(done)).toMatchObject({ output: { greeting: 'Hello Ada' }, attempts: 1 });
    await comes(refused, 'has failed once', ({ error }) => error?.includes('output-too-large') === true);
    await service.api.post(`/jobs/${refused}/cancel`, { reason: 'It never fits.' });
    worker.kill('SIGKILL');
    await worker.exit;
  });
});

describe.each([
  ['TypeScript', 'worker.ts', process.execPath, typescript],
  ['Python', 'worker.py', 'python3', python],
])('the worker in %s', (_language, file, program, source) => {
  let worker: Child;
  beforeAll(() => {
    const path = join(folder, file);
    writeFileSync(path, hurried(source));
    worker = runCommand(program, [path], { STAGELINE_URL: service.url, STAGELINE_KEY: key });
  });
  afterEach(() => {
    expect(worker.output()).not.toMatch(/SyntaxError|Traceback/);
  });
  afterAll(async () => {
    worker.kill('SIGKILL');
    await worker.exit;
  });

  it('completes jobs', async () => {
    const [first, second] = [await queue({ name: 'Ada' }), await queue({ name: 'Grace' })];
    await comes(first, 'is done', isDone);
    await comes(second, 'is done', isDone);
    expect(await read(second)).toMatchObject({ output: { greeting: 'Hello Grace' }, attempts: 1 });
  });

  it('fails a job that it cannot do', async () => {
    const id = await queue({});
    await comes(id, 'has failed once', ({ error }) => error?.includes('Whom to greet is missing.') === true);
    await service.api.post(`/jobs/${id}/cancel`, { reason: 'It never works.' });
  });

  it('fails a job whose result is refused, instead of leaving it to its lease', async () => {
    const id = await queue({ name: 'a'.repeat(262_133) });
    await comes(id, 'has failed', ({ status }) => status === 'FAILED');
    expect(await read(id)).toMatchObject({ attempts: 1, error: expect.stringContaining('output-too-large') });
  });

  it('keeps its lease while it works, and stops working when the job is canceled', async () => {
    const [long, next] = [await queue({ name: 'Ada', seconds: 600 }), await queue({ name: 'Grace' })];
    await comes(long, 'runs', isRunning);
    const { lease_expires_at: before } = await read(long);
    await comes(long, 'was prolonged', ({ lease_expires_at: now }) => (now ?? '') > (before ?? ''));
    await service.api.post(`/jobs/${long}/cancel`, { reason: 'Too long.' });
    await comes(next, 'is done', isDone);
    expect(await read(long)).toMatchObject({ status: 'CANCELED', attempts: 1, output: null });
  });

  it('discards a result whose lease was lost, and goes on', async () => {
    const id = await queue({ name: 'Ada', seconds: 2 });
    await comes(id, 'runs', isRunning);
    worker.kill('SIGSTOP');
    const claim = { handlers: ['greet'], worker_id: 'other', wait_seconds: 20 };
    const other = new ApiClient(service.url, key);
    const { body } = await other.post<{ jobs: readonly Job[] }>('/jobs/claim', claim);
    expect(body.jobs).toMatchObject([{ id, attempt: 2 }]);
    worker.kill('SIGCONT');
    const next = await queue({ name: 'Grace' });
    await comes(next, 'is done', isDone);
    await other.post(`/jobs/${id}/complete`, { attempt: 2, output: 'by another' });
    expect(await read(id)).toMatchObject({ status: 'SUCCESS', output: 'by another' });
  });

  it('finishes its job when it is told to stop', async () => {
    const id = await queue({ name: 'Ada', seconds: 1 });
    await comes(id, 'runs', isRunning);
    worker.kill('SIGTERM');
    expect(await worker.exit).toBe(0);
    expect(await read(id)).toMatchObject({ status: 'SUCCESS', attempts: 1 });
  });

  it('ends at once when it has nothing to do', async () => {
    worker = runCommand(program, [join(folder, file)], { STAGELINE_URL: service.url, STAGELINE_KEY: key });
    const id = await queue({ name: 'Ada' });
    await comes(id, 'is done', isDone);
    worker.kill('SIGINT');
    expect(await worker.exit).toBe(0);
  });
});

describe('docs/worker.md', () => {
  it('has a try that works as it is written', async () => {
    mkdirSync(join(folder, '.stageline'));
    writeFileSync(join(folder, '.stageline', 'admin-key'), `${ADMIN_KEY}\n`);
    const script = bash.replace('http://127.0.0.1:3000', service.url);
    const tried = runCommand('bash', ['--norc', '-euo', 'pipefail', '-c', `cd ${folder}\n${script}`]);
    expect(await tried.exit).toBe(0);
    expect(tried.output()).toContain('"roles":["worker"]');
    expect(tried.output()).toContain('"status":"QUEUED"');
  });
});
