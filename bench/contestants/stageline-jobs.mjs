/**
 * Stageline's jobs as the service has them: queued by command, claimed and completed by the same parts that serve workers in this process and over HTTP,
 * each step with its event.
 */
import { CommandBus } from '@nestjs/cqrs';
import { QueueJob } from '../../dist/src/work/jobs/queue-job.js';
import { QueueJobs } from '../../dist/src/work/jobs/queue-jobs.js';
import { query } from '../harness/postgres.mjs';
import { jobRounds } from './job-rounds.mjs';
import { startWorker } from './stageline-worker.mjs';
import { newContext, openStageline } from './stageline.mjs';

const handler = 'noop';

/** Jobs at once; a claim takes as many as there is room for. */
const concurrency = { one: 10, batches: 1000, idle: 10 };

export async function open({ connection }) {
  const stageline = await openStageline(connection);
  const commands = stageline.get(CommandBus);
  const add = (payload) => commands.execute(new QueueJob({ handler, payload }, newContext()));
  const addMany = (payloads) =>
    commands.execute(
      new QueueJobs(
        payloads.map((payload) => ({ handler, payload })),
        newContext(),
      ),
    );
  const work = (way, onJob) => startWorker(stageline, { handler, concurrency: concurrency[way], onJob });
  const left = async () => {
    const [{ count }] = await query(connection, `select count(*) from stageline.jobs where status <> 'SUCCESS'`);
    return Number(count);
  };
  return jobRounds({ add, addMany, work, left, close: stageline.close });
}
