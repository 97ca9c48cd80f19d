import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { DomainError } from '../../src/kernel/domain-error.js';
import { eventsOf } from '../../src/platform/event-store/stream-type.js';
import { jobStream } from '../../src/work/jobs/job-stream.js';
import { type Deed, anyDeeds, jobsByThemselves, withOutput, withoutVersion } from '../support/alike-jobs-story.js';
import { jobWorkers } from '../support/job-workers.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { openStore } from '../support/store.js';

type Workers = ReturnType<typeof jobWorkers>;

let opened: Awaited<ReturnType<typeof openStore>>;
let workers: readonly Workers[];
beforeAll(async () => {
  opened = await openStore();
  workers = [jobWorkers(opened), jobWorkers(await opened.process()), jobWorkers(await opened.process())];
});
afterAll(() => opened.close());

/** What each of the processes does, the same in every run of this test. */
const stories = fc.sample(anyDeeds, { seed: 27, numRuns: 6 });

const found = (jobs: Workers, ids: readonly string[]) =>
  Promise.all(ids.map((id) => jobs.found.get(DEFAULT_TENANT_ID, id)));

const act = async (jobs: Workers, ids: readonly string[], deed: Deed): Promise<unknown> => {
  if (deed.what === 'start') return jobs.claim(['crowd'], deed.numbers.length, 600, deed.worker);
  const about = await found(
    jobs,
    deed.numbers.map((number) => String(ids[number - 1])),
  );
  const named = about.map(({ id, attempts }) => ({ jobId: id, attempt: attempts - (deed.isRight ? 0 : 1) }));
  if (deed.what === 'complete') return jobs.completeMany(named.map(withOutput));
  for (const { jobId, attempt } of named.slice(0, 2)) {
    const refused = await jobs.act(jobId, deed.ask({ attempt, worker: deed.worker })).catch((error: unknown) => error);
    if (refused instanceof Error && !(refused instanceof DomainError)) throw refused;
  }
  return null;
};

describe('jobs that share rows', () => {
  it('are each what the events say of it, whatever several processes do to them at once', async () => {
    const orders = Array.from({ length: 15 }, (_, page) => ({
      handler: 'crowd',
      payload: { page },
      idempotencyKey: `crowd-${String(page)}`,
    }));
    const [first] = workers as [Workers];
    const { batch_id: batchId, items } = await first.queueBatch(orders);
    const ids = items.map(({ id }) => id);
    await Promise.all(
      stories.map(async (story, index) => {
        for (const deed of story) await act(workers[index % workers.length] as Workers, ids, deed);
      }),
    );
    const events = eventsOf(jobStream, await opened.store.read(DEFAULT_TENANT_ID, String(batchId)));
    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(6);
    const plain = jobsByThemselves(events);
    for (const jobs of workers) expect((await found(jobs, ids)).map(withoutVersion)).toEqual(plain);
    const { items: listed } = await first.list({ batch_id: String(batchId) });
    expect(listed.map(({ id }) => id)).toEqual(ids);
    await expectReadModelsToEqualFold(opened.connection);
  });
});
