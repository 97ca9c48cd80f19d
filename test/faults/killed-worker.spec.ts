import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeFolder, removeFolder } from '../support/folders.js';
import { type SpawnedService, embeddedIn, spawnService, stop } from '../support/spawn-service.js';
import { expectSoundTimeline } from '../support/sound-timeline.js';
import { completed, expectEachOnce, killAll, perNode, spawnWorker, startFan, timelineOf } from '../support/workers.js';

const HANDLER = 'counter';
const DAY_MS = 86_400_000;
const dataDir = makeFolder();
let service: SpawnedService;

beforeAll(async () => {
  service = await spawnService({ STAGELINE_DATA_DIR: dataDir });
}, 60_000);
afterAll(async () => {
  expect(await stop(service)).toBe(0);
  removeFolder(dataDir);
});

const settings = (workerId: string) => ({
  url: service.url,
  key: service.key,
  workerId,
  handlers: [HANDLER],
  leaseSeconds: 2,
  holdMs: 0,
});

describe('a worker that is killed in the middle of a job', () => {
  it('loses its lease: the job runs again elsewhere, and its late result is refused', async () => {
    const runId = await startFan(service.api, HANDLER, 1);
    const first = await spawnWorker({ ...settings('first'), holdMs: 60_000 });
    const [, jobId = ''] = /took (\S+) 1/.exec(await first.says(/took \S+ 1/)) ?? [];
    await killAll([first]);
    const second = await spawnWorker(settings('second'));
    await completed(service.api, runId);
    await killAll([second]);

    const late = await service.api.post(`/jobs/${jobId}/complete`, { attempt: 1, output: 'late' });
    expect(late).toMatchObject({ status: 409, body: { code: 'lease-lost' } });
    const events = await timelineOf(service.api, runId);
    expectEachOnce(events, 1);
    expect(
      events.filter(({ event_type }) => event_type.startsWith('job.')).map(({ event_type }) => event_type),
    ).toEqual(['job.queued', 'job.started', 'job.lease_lost', 'job.started', 'job.succeeded']);
    expect(perNode(events, 'pipeline_node.retrying').size).toBe(0);
    expect((await service.api.get(`/jobs/${jobId}`)).body).toMatchObject({ attempts: 2, infra_attempts: 1 });
    await expectSoundTimeline(embeddedIn(dataDir));
  }, 60_000);
});

describe('workers whose clocks are a day wrong', () => {
  it('work like any other: leases and times are the database’s', async () => {
    const runId = await startFan(service.api, HANDLER, 20);
    const workers = await Promise.all(
      [DAY_MS, -DAY_MS].map((skewMs) => spawnWorker({ ...settings(`skewed ${skewMs}`), skewMs, holdMs: 100 })),
    );
    await completed(service.api, runId);
    await killAll(workers);
    const events = await timelineOf(service.api, runId);
    expectEachOnce(events, 20);
    expect(perNode(events, 'job.lease_lost').size).toBe(0);
  }, 60_000);
});
