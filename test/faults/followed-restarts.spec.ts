import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeFolder, removeFolder } from '../support/folders.js';
import { emptyLedger, issue, markedCommand, repeatUnanswered } from '../support/marked-commands.js';
import { asOwner } from '../support/read-model-fold.js';
import { ADMIN_KEY, startFounderRun } from '../support/service.js';
import { sealed } from '../support/sound-timeline.js';
import { type SpawnedService, embeddedIn, spawnService, stop } from '../support/spawn-service.js';
import { type Follower, follow } from '../support/sse-reader.js';
import { until } from '../support/wait.js';

const dataDir = makeFolder();
const database = embeddedIn(dataDir);
let service: SpawnedService;
let runId: string;
let all: Follower;
let results: Follower;

beforeAll(async () => {
  service = await spawnService({ STAGELINE_DATA_DIR: dataDir });
  ({ runId } = await startFounderRun(service.api));
  all = follow(() => service.url, ADMIN_KEY);
  results = follow(() => service.url, ADMIN_KEY, `?event_type=stage.result_recorded&run_id=${runId}`);
}, 60_000);
afterAll(async () => {
  await Promise.all([all.leave(), results.leave()]);
  expect(await stop(service)).toBe(0);
  removeFolder(dataDir);
}, 30_000);

/** Commands from several clients, until the service goes away; what was not answered is returned. */
const commandUntil = async (end: () => void) => {
  const ledger = emptyLedger();
  const client = async () => {
    for (;;) {
      const answer = await issue(service.api, markedCommand(runId), ledger);
      if (answer === null || answer.status >= 500) return;
      if (ledger.acknowledged.length === 40) end();
    }
  };
  await Promise.all(Array.from({ length: 6 }, client));
  await service.exit;
  return ledger;
};
const positionsIn = async (where: string) => {
  await sealed(database);
  const { rows } = await asOwner(database, (client) =>
    client.query<{ position: string }>(`select position from sealed_events where ${where} order by position`),
  );
  return rows.map(({ position }) => position);
};
const hasAll = (follower: Follower, expected: readonly string[]) =>
  until('the follower has everything', () => follower.received.length >= expected.length);

describe('following the timeline', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'shows every position once and in order across a %s',
    async (signal) => {
      const ledger = await commandUntil(() => service.kill(signal));
      const connections = all.connections();
      service = await spawnService({ STAGELINE_DATA_DIR: dataDir });
      await repeatUnanswered(service.api, ledger);

      const expected = await positionsIn('true');
      await hasAll(all, expected);
      expect(all.received.map(({ id }) => id)).toEqual(expected);
      expect(
        all.received.every(({ event, id, data }) => event === 'stage_event' && String(data['position']) === id),
      ).toBe(true);
      expect(all.connections()).toBeGreaterThan(connections);
    },
    60_000,
  );

  it('shows what passes a filter once and in order, and nothing else', async () => {
    const expected = await positionsIn(`event_type = 'stage.result_recorded'`);
    await hasAll(results, expected);
    expect(results.received.map(({ id }) => id)).toEqual(expected);
    expect(new Set(results.received.map(({ data }) => data['event_type']))).toEqual(new Set(['stage.result_recorded']));
    expect(expected.length).toBeGreaterThan(20);
  }, 30_000);
});
