/** The service's own worker, in this process, with a handler that does nothing: as it is started by the service, but one that can be stopped. */
import { CommandBus } from '@nestjs/cqrs';
import { Heartbeats } from '../../dist/src/work/jobs/heartbeats.js';
import { WaitingClaims } from '../../dist/src/work/jobs/waiting-claims.js';
import { WorkerLoop } from '../../dist/src/work/worker/worker-loop.js';

const PATIENCE_SECONDS = 60;

/** Works on the jobs of a handler, so many at once, and calls `onJob(payload)` for each; answers how to stop it. */
export function startWorker(stageline, { handler, concurrency, onJob = () => undefined }) {
  const stopping = new AbortController();
  const parts = [WaitingClaims, Heartbeats, CommandBus].map((part) => stageline.get(part));
  const worker = new WorkerLoop(...parts, { signal: stopping.signal });
  const runner = async ({ payload }) => {
    onJob(payload);
    return null;
  };
  worker.start({ runners: { [handler]: runner }, concurrency, patienceSeconds: PATIENCE_SECONDS });
  return async () => {
    stopping.abort();
    await worker.onApplicationShutdown();
  };
}
