import { afterAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { accepted } from '../support/founder-walk.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { expectSoundTimeline } from '../support/sound-timeline.js';
import { type SpawnedService, embeddedIn, spawnService, stop } from '../support/spawn-service.js';
import { until } from '../support/wait.js';

type Job = Readonly<{ id: string; status: string; attempts: number }>;
type Claimed = Readonly<{ jobs: readonly Readonly<{ id: string; attempt: number }>[] }>;

const COUNT = 200;
const AT_ONCE = 20;
const dataDir = makeFolder();
afterAll(() => removeFolder(dataDir));

/** Claims and completes until all are over, or the service is gone; takes note of what it was told is completed. */
async function work({ api }: SpawnedService, done: Set<string>, list: string): Promise<void> {
  while ((await statusesOf(api, list)).some((status) => status !== 'SUCCESS')) {
    const claim = { handlers: ['draw'], worker_id: 'w1', limit: AT_ONCE, lease_seconds: 1, wait_seconds: 2 };
    const { jobs } = accepted(await api.post<Claimed>('/jobs/claim', claim));
    if (jobs.length === 0) continue; // What was taken from the queue and never started is kept for ten seconds.
    const results = jobs.map(({ id, attempt }) => ({ id, attempt, output: { id } }));
    const answer = accepted(
      await api.post<{ jobs: readonly { id: string; completed: boolean }[] }>('/jobs/complete', { jobs: results }),
    );
    for (const { id, completed } of answer.jobs) if (completed) done.add(id);
  }
}

async function statusesOf(api: ApiClient, list: string): Promise<readonly string[]> {
  return accepted(await api.get<{ items: readonly Job[] }>(list)).items.map(({ status }) => status);
}

describe('a service that is killed while a batch is worked on', () => {
  it('loses no job and no result, and does none twice after its completion', async () => {
    const first = await spawnService({ STAGELINE_DATA_DIR: dataDir });
    const jobs = Array.from({ length: COUNT }, (_, page) => ({ handler: 'draw', payload: { page } }));
    const batch = accepted(await first.api.post<{ batch_id: string; items: readonly Job[] }>('/jobs/batch', { jobs }));
    const list = `/jobs?batch_id=${batch.batch_id}&limit=200`;
    const done = new Set<string>();
    const working = Promise.allSettled([work(first, done, list), work(first, done, list)]);
    await until('some are done', () => Promise.resolve(done.size >= COUNT / 4));
    first.kill('SIGKILL');
    await working;
    await first.exit;

    const second = await spawnService({ STAGELINE_DATA_DIR: dataDir });
    await Promise.all([work(second, done, list), work(second, done, list)]);
    expect(await statusesOf(second.api, list)).toEqual(Array.from({ length: COUNT }, () => 'SUCCESS'));
    expect(done.size).toBeGreaterThanOrEqual(COUNT - 2 * AT_ONCE); // Each of two may have missed the answer to what it handed in.
    await expectSoundTimeline(embeddedIn(dataDir));
    expect(await stop(second)).toBe(0);
  }, 90_000);
});
