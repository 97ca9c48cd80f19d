import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from '../../src/platform/database/embedded/processes.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import {
  type Ledger,
  emptyLedger,
  expectEffects,
  issue,
  markedCommand,
  repeatUnanswered,
} from '../support/marked-commands.js';
import { startFounderRun } from '../support/service.js';
import { expectSoundTimeline, marksIn } from '../support/sound-timeline.js';
import { type SpawnedService, embeddedIn, spawnService, stop } from '../support/spawn-service.js';
import { until } from '../support/wait.js';

const CLIENTS = 20;
const dataDir = makeFolder();
const database = embeddedIn(dataDir);
let service: SpawnedService;
let runs: string[];

beforeAll(async () => {
  service = await spawnService({ STAGELINE_DATA_DIR: dataDir });
  runs = await Promise.all(Array.from({ length: 4 }, async () => (await startFounderRun(service.api)).runId));
}, 60_000);
afterAll(async () => {
  service.kill('SIGKILL');
  await service.exit;
  removeFolder(dataDir);
});

/** Clients that send one command after the other for as long as they are answered. */
const underLoad = async (ledger: Ledger, disturb: () => void, after: number): Promise<void> => {
  let isDisturbed = false;
  const client = async (index: number) => {
    for (;;) {
      const answer = await issue(service.api, markedCommand(runs[index % runs.length] ?? ''), ledger);
      if (answer === null || answer.status >= 500) return;
      if (ledger.acknowledged.length < after || isDisturbed) continue;
      isDisturbed = true;
      setTimeout(disturb, Math.random() * 30);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
};

const databasePid = () => Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
const isListening = (url: string) =>
  fetch(`${url}/health/live`).then(
    () => true,
    () => false,
  );

describe('a service that is killed under load', () => {
  it.each([1, 2, 3])(
    'keeps what it acknowledged, and once what is repeated (time %d)',
    async (time) => {
      const ledger = emptyLedger();
      await underLoad(ledger, () => service.kill('SIGKILL'), 60 * time);
      await service.exit;
      expect(await isListening(service.url)).toBe(false);
      expect(ledger.unanswered.length).toBeGreaterThan(0);

      service = await spawnService({ STAGELINE_DATA_DIR: dataDir });
      expectEffects(await marksIn(database), ledger);
      await repeatUnanswered(service.api, ledger);
      expect(ledger.refused).toEqual([]);
      expectEffects(await marksIn(database), ledger);
      await expectSoundTimeline(database);
    },
    60_000,
  );
});

describe('a service whose embedded database is killed', () => {
  it('ends and says why; the next start has everything', async () => {
    const ledger = emptyLedger();
    await underLoad(ledger, () => process.kill(databasePid(), 'SIGKILL'), 60);
    expect(await service.exit).toBe(1);
    expect(service.output()).toContain('The embedded PostgreSQL ended by itself, so this process ends too');

    service = await spawnService({ STAGELINE_DATA_DIR: dataDir });
    expectEffects(await marksIn(database), ledger);
    await repeatUnanswered(service.api, ledger);
    expectEffects(await marksIn(database), ledger);
    await expectSoundTimeline(database);
  }, 60_000);
});

describe('a service that is told to stop under load', () => {
  it('answers every command it took, exits with 0 and leaves nothing running', async () => {
    const ledger = emptyLedger();
    const pid = databasePid();
    await underLoad(ledger, () => service.kill('SIGTERM'), 60);
    expect(await service.exit).toBe(0);
    await until('the database is gone', () => startTimeOf(pid) === null);
    expect(await isListening(service.url)).toBe(false);

    service = await spawnService({ STAGELINE_DATA_DIR: dataDir });
    // Who was turned away at the door was not let in: whatever was done was answered.
    expectEffects(await marksIn(database), { ...ledger, refused: ledger.unanswered, unanswered: [] });
    await expectSoundTimeline(database);
    expect(await stop(service)).toBe(0);
  }, 60_000);
});
