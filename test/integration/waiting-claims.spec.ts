import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RowSignal } from '../../src/platform/event-store/row-signal.js';
import { TimelineSignal } from '../../src/platform/event-store/timeline-signal.js';
import { WaitingClaims } from '../../src/work/jobs/waiting-claims.js';
import { jobWorkers, workerCaller } from '../support/job-workers.js';
import { openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let jobs: ReturnType<typeof jobWorkers>;
let waiting: WaitingClaims;
let timeline: TimelineSignal;
beforeAll(async () => {
  opened = await openStore();
  jobs = jobWorkers(opened);
  timeline = new TimelineSignal(opened.connection);
  const signal = new RowSignal(opened.store, timeline);
  signal.onModuleInit();
  waiting = new WaitingClaims(jobs.claims, signal);
});
afterAll(async () => {
  await timeline.beforeApplicationShutdown();
  await opened.close();
});

const claimOf = (handler: string) => ({
  caller: workerCaller,
  handlers: [handler],
  limit: 1,
  workerId: 'w1',
  leaseSeconds: 30,
});
const never = new AbortController().signal;

describe('claims that wait', () => {
  it('get what comes, each job one of them', async () => {
    const claims = Array.from({ length: 20 }, () => waiting.claim(claimOf('awaited'), 20, never));
    const ids = [];
    for (let count = 0; count < 20; count += 1) ids.push((await jobs.queue({ handler: 'awaited' })).id);
    const taken = (await Promise.all(claims)).flat().map(({ id }) => id);
    expect(taken.sort()).toEqual(ids.sort());
  });

  it('cost what one costs, however many wait for the same', async () => {
    const reserve = jest.spyOn(jobs.claims, 'reserve');
    const claims = Array.from({ length: 50 }, () => waiting.claim(claimOf('never'), 2, never));
    expect((await Promise.all(claims)).flat()).toEqual([]);
    expect(reserve.mock.calls.length).toBeLessThan(50 + 2 * 20);
    reserve.mockRestore();
  });

  it('end with nothing when their client goes away', async () => {
    const gone = new AbortController();
    const claim = waiting.claim(claimOf('gone'), 30, gone.signal);
    gone.abort();
    expect(await claim).toEqual([]);
  });

  it('get a job when it is due', async () => {
    const claim = waiting.claim(claimOf('delayed'), 20, never);
    const runAt = new Date(Date.parse(await jobs.clock.now()) + 300).toISOString();
    const { id } = await jobs.queue({ handler: 'delayed', runAt });
    expect(await claim).toMatchObject([{ id }]);
  });
});
