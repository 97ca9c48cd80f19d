import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { ICommand } from '@nestjs/cqrs';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import type { JsonValue } from '../../src/kernel/json.js';
import { RowSignal } from '../../src/platform/event-store/row-signal.js';
import { TimelineSignal } from '../../src/platform/event-store/timeline-signal.js';
import { Shutdown } from '../../src/platform/http/shutdown.js';
import { WaitingClaims } from '../../src/work/jobs/waiting-claims.js';
import { hopeless, type Runner } from '../../src/work/worker/runner.js';
import { WorkerLoop, type WorkerOptions } from '../../src/work/worker/worker-loop.js';
import { agents, jobWorkers } from '../support/job-workers.js';
import { openStore } from '../support/store.js';
import { until } from '../support/wait.js';

jest.setTimeout(30_000);

Logger.overrideLogger(false);

let opened: Awaited<ReturnType<typeof openStore>>;
let jobs: ReturnType<typeof jobWorkers>;
let timeline: TimelineSignal;
let signal: RowSignal;
const stopping: (() => Promise<void>)[] = [];
beforeAll(async () => {
  opened = await openStore();
  jobs = jobWorkers(opened);
  timeline = new TimelineSignal(opened.connection);
  signal = new RowSignal(opened.store, timeline);
  signal.onModuleInit();
});
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});
afterAll(async () => {
  await timeline.beforeApplicationShutdown();
  await opened.close();
});

/** A worker of this process; `stop` ends it as the end of the service does. */
const working = (
  runners: WorkerOptions['runners'],
  more: Partial<WorkerOptions> = {},
  claims = jobs.claims,
  bus = jobs.bus,
) => {
  const shutdown = new Shutdown();
  const loop = new WorkerLoop(new WaitingClaims(claims, signal), jobs.heartbeats, bus, shutdown);
  loop.start({ runners, concurrency: 10, patienceSeconds: 20, ...more });
  const stop = async () => {
    shutdown.begin();
    await loop.onApplicationShutdown();
  };
  stopping.push(stop);
  return { stop };
};
const find = (id: string) => jobs.found.get(DEFAULT_TENANT_ID, id);
const becomes = (id: string, status: string) =>
  until(`job ${id} is ${status}`, async () => (await find(id)).status === status);

/** A runner that says when it began, and goes on when told to. */
const held = () => {
  const [begun, release] = [Promise.withResolvers<AbortSignal>(), Promise.withResolvers<JsonValue>()];
  const runner: Runner = (_work, circumstances) => {
    begun.resolve(circumstances.signal);
    return release.promise;
  };
  return { runner, begun: begun.promise, release: release.resolve };
};
const abortOf = (ending: AbortSignal) =>
  ending.aborted ? undefined : new Promise<void>((resolve) => ending.addEventListener('abort', () => resolve()));

describe('a worker of this process', () => {
  it('does what is there and what comes, by its handlers', async () => {
    const [early, other] = [
      await jobs.queue({ handler: 'a1', payload: { n: 1 } }),
      await jobs.queue({ handler: 'b1' }),
    ];
    working({ a1: ({ payload, attempt }) => Promise.resolve({ ...payload, attempt }) });
    const late = await jobs.queue({ handler: 'a1', payload: { n: 2 } });
    await becomes(early.id, 'SUCCESS');
    await becomes(late.id, 'SUCCESS');
    expect(await find(early.id)).toMatchObject({ output: { n: 1, attempt: 1 } });
    expect(await find(other.id)).toMatchObject({ status: 'QUEUED' });
  });

  it('does the nodes of a graph, with the flow that they belong to', async () => {
    const seen: string[] = [];
    const { runId, correlationId } = await jobs.startRun(agents('painter', 3));
    working({
      painter: (work) => {
        seen.push(work.correlationId);
        return Promise.resolve(work.payload['node'] ?? null);
      },
    });
    await until('the run is completed', async () => {
      const [run] = await opened.database.system((manager) =>
        manager.query<{ status: string }[]>('select status from pipeline_runs where id = $1', [runId]),
      );
      return run?.status === 'completed';
    });
    expect(seen).toEqual([correlationId, correlationId, correlationId]);
  });

  it('fails a job as its runner says, and tries again what may be', async () => {
    const [first, second] = [await jobs.queue({ handler: 'bad' }), await jobs.queue({ handler: 'broken' })];
    working({
      bad: () => Promise.reject(hopeless('No such ink.')),
      broken: () => Promise.reject(new Error('Out of paper.')),
    });
    await becomes(first.id, 'FAILED');
    await until('the other waits for its retry', async () => (await find(second.id)).failedCount === 1);
    expect(await find(first.id)).toMatchObject({ error: 'No such ink.', attempts: 1 });
    expect(await find(second.id)).toMatchObject({ error: 'Out of paper.' });
  });

  it('does no more at once than it is told', async () => {
    let [atOnce, most] = [0, 0];
    const runner: Runner = async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      return null;
    };
    const queued = await Promise.all(Array.from({ length: 12 }, () => jobs.queue({ handler: 'few' })));
    working({ few: runner }, { concurrency: 3 });
    for (const { id } of queued) await becomes(id, 'SUCCESS');
    expect(most).toBeLessThanOrEqual(3);
  });

  it('takes further jobs while ends are written, but no more than it may do at once', async () => {
    const seen: string[] = [];
    const mayBeWritten = Promise.withResolvers<undefined>();
    const slow = Object.create(jobs.bus) as typeof jobs.bus;
    slow.execute = (command: ICommand) => mayBeWritten.promise.then(() => jobs.bus.execute<ICommand, never>(command));
    const queued = await Promise.all([1, 2, 3].map(() => jobs.queue({ handler: 'in-a-row' })));
    const runner: Runner = ({ id }) => Promise.resolve(seen.push(id));
    working({ 'in-a-row': runner }, { concurrency: 1 }, jobs.claims, slow);
    await until('two ends wait to be written', () => seen.length === 2);
    const others = queued.filter(({ id }) => !seen.includes(id));
    expect((await jobs.claim(['in-a-row'], 5)).map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    mayBeWritten.resolve(undefined);
    for (const id of seen) await becomes(id, 'SUCCESS');
  });

  it('has no transaction open while a runner works', async () => {
    const { runner, begun, release } = held();
    const { id } = await jobs.queue({ handler: 'long' });
    working({ long: runner });
    await begun;
    const owner = await opened.superuser();
    const { rows } = await owner.query(
      `select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    expect(rows).toEqual([]);
    release('done');
    await becomes(id, 'SUCCESS');
  });

  it('keeps its lease for as long as the runner works', async () => {
    const { runner, begun, release } = held();
    const { id } = await jobs.queue({ handler: 'slow' });
    working({ slow: runner }, { leaseSeconds: 1 });
    await begun;
    const before = (await find(id)).leaseExpiresAt ?? '';
    await until('the lease was prolonged', async () => ((await find(id)).leaseExpiresAt ?? '') > before);
    release('done');
    await becomes(id, 'SUCCESS');
    expect(await find(id)).toMatchObject({ attempts: 1, infraAttempts: 0 });
  });

  it('stops a runner whose lease was lost, and discards its result', async () => {
    const { runner, begun, release } = held();
    const { id } = await jobs.queue({ handler: 'stolen' });
    working({ stolen: runner }, { leaseSeconds: 1, concurrency: 1 });
    const ending = await begun;
    await jobs.act(id, { type: 'lose_lease', data: { attempt: 1 } });
    await jobs.claim(['stolen'], 1, 30, 'w2');
    await abortOf(ending);
    release('too late');
    expect(await find(id)).toMatchObject({ status: 'RUNNING', attempts: 2, lockedBy: 'w2' });
  });

  it('stops a runner whose job was canceled', async () => {
    const { runner, begun } = held(); // It ignores its signal.
    const { id } = await jobs.queue({ handler: 'unwanted' });
    const next = await jobs.queue({ handler: 'after' });
    working({ unwanted: runner, after: () => Promise.resolve(1) }, { leaseSeconds: 1, concurrency: 1 });
    const ending = await begun;
    await jobs.act(id, { type: 'cancel_job', data: { reason: 'Not needed.' } });
    await abortOf(ending);
    await becomes(next.id, 'SUCCESS');
    expect(await find(id)).toMatchObject({ status: 'CANCELED' });
  });

  it('fails for good with an output that is too large', async () => {
    const { id } = await jobs.queue({ handler: 'large' });
    working({ large: () => Promise.resolve('x'.repeat(300_000)) });
    await becomes(id, 'FAILED');
    expect((await find(id)).error).toContain('262144 is the limit');
  });

  it('goes on after claims that failed', async () => {
    let claimCount = 0;
    const failing = Object.create(jobs.claims) as typeof jobs.claims;
    failing.claim = (claim) => {
      claimCount += 1;
      return claimCount === 1 ? Promise.reject(new Error('connection terminated')) : jobs.claims.claim(claim);
    };
    const { id } = await jobs.queue({ handler: 'patient' });
    working({ patient: () => Promise.resolve(1) }, {}, failing);
    await becomes(id, 'SUCCESS');
  });
});

describe('the end of the service', () => {
  it('lets jobs under way finish, and takes no more', async () => {
    const { runner, begun, release } = held();
    const { id } = await jobs.queue({ handler: 'last' });
    const { stop } = working({ last: runner }, { concurrency: 1 });
    await begun;
    const stopped = stop();
    const { id: later } = await jobs.queue({ handler: 'last' });
    release('done');
    await stopped;
    expect(await find(id)).toMatchObject({ status: 'SUCCESS', output: 'done' });
    expect(await find(later)).toMatchObject({ status: 'QUEUED' });
  });

  it('leaves to its lease what is not done in time', async () => {
    const { runner, begun, release } = held();
    const { id } = await jobs.queue({ handler: 'endless' });
    const { stop } = working({ endless: runner }, { patienceSeconds: 0.05 });
    const ending = await begun;
    await stop();
    expect(ending.aborted).toBe(true);
    release('too late');
    expect(await find(id)).toMatchObject({ status: 'RUNNING', attempts: 1 });
  });

  it('does not wait for a worker that has nothing to do', async () => {
    const { stop } = working({ nothing: () => Promise.resolve(null) });
    await stop();
  });
});
