import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { until } from '../support/wait.js';

const LOADER = fileURLToPath(new URL('../support/typescript-loader.mjs', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../support/programs/service.ts', import.meta.url));
const KEY = /sl_[\w-]{43}/;
const dataDir = makeFolder();
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  removeFolder(dataDir);
});

/** What a first start says on each stream, until it is stopped again. */
const firstStart = async (format: 'json' | 'text', ready: RegExp) => {
  const settings = { PORT: '0', STAGELINE_DATA_DIR: dataDir, DATABASE_URL: database.url, STAGELINE_LOG_FORMAT: format };
  const child = spawn(process.execPath, ['--import', LOADER, PROGRAM, JSON.stringify(settings)]);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await until('it has started', () => ready.test(said.out)).finally(() => child.kill('SIGTERM'));
  const code = await ended;
  return { ...said, code };
};

describe('a first start', () => {
  it('keeps standard output for the log where that is JSON, and greets on standard error', async () => {
    const { out, err, code } = await firstStart('json', /"Started\."/);
    const messages = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(expect.arrayContaining(['Started.', 'Stopped: what was accepted is finished.']));
    expect(out).not.toMatch(KEY);
    expect(err).toMatch(/listens on http:[^]*Your admin key/);
    expect(err).toMatch(KEY);
    expect(code).toBe(0);
  }, 30_000);

  it('greets on standard output where the log is text', async () => {
    const { out, err, code } = await firstStart('text', /Next, in another terminal:[^]*timeline\n/);
    expect(out).toMatch(/listens on http:/);
    expect({ err, code }).toEqual({ err: '', code: 0 });
  }, 30_000);
});
