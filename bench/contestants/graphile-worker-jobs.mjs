/** graphile-worker, each way of working at the settings that serve it best. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { jobRounds } from './job-rounds.mjs';

const TASK = 'noop';
const CONCURRENCY = 10;

/** The best found of 100 to 4,000 jobs fetched at once, and of 0, 1 and 5 ms until ends are written together. */
const BATCHES = { localQueue: { size: 2000 }, completeJobBatchDelay: 1, failJobBatchDelay: 1 };

const settings = { one: {}, batches: BATCHES, idle: {} };

/** Ends are written behind the workers' back, also when they have stopped: it never takes longer than this. */
const LAST_ENDS_MS = 5_000;

export async function open({ connection, connections }) {
  process.env.NO_LOG_SUCCESS = '1'; // Read as it is imported.
  const { Logger, makeWorkerUtils, run } = await import('graphile-worker');
  const logger = new Logger(() => () => undefined);
  const pgPool = new pg.Pool({ ...connection, max: Math.max(connections, CONCURRENCY + 2) });
  const rise = (error) => {
    throw error;
  };
  pgPool.on('error', rise).on('connect', (client) => client.on('error', rise));
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();
  const work = async (way, onJob) => {
    const worker = { concurrentJobs: CONCURRENCY, ...settings[way] };
    const taskList = { [TASK]: (payload) => void onJob(payload) };
    const runner = await run({ preset: { worker }, pgPool, logger, taskList, noHandleSignals: true });
    return async () => {
      await runner.stop();
      const late = performance.now() + LAST_ENDS_MS;
      while (way !== 'idle' && (await left()) > 0 && performance.now() < late) await pause(1);
    };
  };
  const left = async () =>
    Number((await pgPool.query('select count(*) from graphile_worker._private_jobs')).rows[0].count);
  const close = async () => {
    await utils.release();
    await pgPool.end();
  };
  const add = (payload) => utils.addJob(TASK, payload);
  const addMany = (payloads) => utils.addJobs(payloads.map((payload) => ({ identifier: TASK, payload })));
  return jobRounds({ add, addMany, work, left, close });
}
