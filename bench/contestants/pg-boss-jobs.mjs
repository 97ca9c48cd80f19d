/**
 * pg-boss, each way of working at the settings that serve it best.
 *
 * Its worker waits half a second at least between two fetches of one job, so jobs are drained by its `fetch` and `complete` in a loop, which is what its
 * worker does without the wait. It is told of new jobs (LISTEN) where a worker is to be idle, and nowhere else: that slows adding.
 */
import { PgBoss } from 'pg-boss';
import { jobRounds } from './job-rounds.mjs';

const QUEUE = 'noop';
const CONCURRENCY = 10;

/** The best found of 100, 500 and 1,000 jobs at once, by 2, 4 and 8 loops. */
const BATCHES = { batchSize: 500, loops: 4 };

export async function open({ connection, connections, isTold = false }) {
  const max = Math.max(connections, CONCURRENCY);
  const boss = new PgBoss({ ...connection, max, supervise: false, schedule: false, useListenNotify: isTold });
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  await boss.createQueue(QUEUE, { notify: isTold });
  const work = (way, onJob) => {
    if (way === 'idle') return listen(boss, onJob);
    return loop(boss, onJob, way === 'one' ? { batchSize: 1, loops: CONCURRENCY } : BATCHES);
  };
  const left = async () => {
    const { rows } = await boss.getDb().executeSql(`select count(*) from pgboss.job where state <> 'completed'`);
    return Number(rows[0].count);
  };
  const add = (payload) => boss.send(QUEUE, payload);
  const addMany = (payloads) =>
    boss.insert(
      QUEUE,
      payloads.map((data) => ({ data })),
    );
  return jobRounds({ add, addMany, work, left, close: () => boss.stop({ graceful: false }) });
}

async function listen(boss, onJob) {
  const id = await boss.work(QUEUE, { pollingIntervalSeconds: 0.5 }, async ([{ data }]) => onJob(data));
  return () => boss.offWork(QUEUE, { id, wait: true });
}

async function loop(boss, onJob, { batchSize, loops }) {
  let isOver = false;
  const one = async () => {
    while (!isOver) {
      const jobs = await boss.fetch(QUEUE, { batchSize });
      for (const { data } of jobs) onJob(data);
      if (jobs.length > 0) await boss.complete(QUEUE, jobs);
    }
  };
  const all = Array.from({ length: loops }, one);
  return async () => {
    isOver = true;
    await Promise.all(all);
  };
}
