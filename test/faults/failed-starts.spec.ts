import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { runProgram } from '../support/child.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { run } from '../support/test-server.js';

let database: TestDatabase;
let dataDir: string;
let blocker: Server;
let busyPort: string;

beforeAll(async () => {
  database = await createTestDatabase();
  blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  busyPort = String((blocker.address() as AddressInfo).port);
});
afterAll(async () => {
  blocker.close();
  await database.drop();
});
beforeEach(() => {
  dataDir = makeFolder();
});
afterEach(() => removeFolder(dataDir));

/** Starts the service with nothing set but these; answers what it said and how it ended. */
const start = async (settings: Readonly<Record<string, string>>) => {
  const child = runProgram('service.ts', [JSON.stringify({ PORT: '0', STAGELINE_DATA_DIR: dataDir, ...settings })]);
  return { code: await child.exit, said: child.output() };
};
const begin = (settings: Readonly<Record<string, string>>) =>
  runProgram('service.ts', [JSON.stringify({ PORT: '0', STAGELINE_DATA_DIR: dataDir, ...settings })]);
const linesOf = (said: string) => said.trimEnd().split('\n').length;

describe('a service that cannot start', () => {
  const withDatabase = (settings: Readonly<Record<string, string>>) => ({ DATABASE_URL: database.url, ...settings });

  it.each<[string, () => Readonly<Record<string, string>>, RegExp]>([
    ['a busy port', () => withDatabase({ PORT: busyPort }), /^Port \d+ of 127\.0\.0\.1 is in use, .* set PORT/],
    [
      'an address of another machine',
      () => withDatabase({ HOST: '192.0.2.1' }),
      /^This machine has no address 192.* HOST/,
    ],
    [
      'a host name that nobody has',
      () => withDatabase({ HOST: 'nowhere.invalid' }),
      /^This machine has no address nowhere/,
    ],
    [
      'a server that does not run',
      () => ({ DATABASE_URL: 'postgres://127.0.0.1:9/x' }),
      /DATABASE_URL does not answer at 127\.0\.0\.1:9 \(ECONNREFUSED\)/,
    ],
    [
      'a database that does not exist',
      () => ({ DATABASE_URL: database.url.replace(/stageline_test_\w+/, 'stageline_none') }),
      /^PostgreSQL has no such database: .*DATABASE_URL/,
    ],
    ['a wrong setting', () => ({ PORT: 'http' }), /^The settings are not right:\n {2}- PORT must be/],
  ])('says so of %s in a line or two, once, and ends with 1', async (_what, settings, expected) => {
    const { code, said } = await start(settings());
    expect(said).toMatch(expected);
    expect({ code, lines: linesOf(said) <= 2 }).toEqual({ code: 1, lines: true });
  });

  it('says so where it does not migrate and nobody has', async () => {
    const empty = await createTestDatabase();
    await run(empty.url, 'drop schema stageline cascade');
    const { code, said } = await start({ DATABASE_URL: empty.url, STAGELINE_MIGRATE: 'off' });
    await empty.drop();
    expect(said).toMatch(/^The database is not migrated to this version\. Run `npm run stageline -- migrate`/);
    expect({ code, lines: linesOf(said) }).toEqual({ code: 1, lines: 1 });
  });

  it('names a data dir that is a file', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    const { code, said } = await start({ STAGELINE_DATA_DIR: file });
    expect(said).toBe(
      `The data dir ${file} is, or lies below, a file. Move the file away, or set STAGELINE_DATA_DIR to a folder.\n`,
    );
    expect(code).toBe(1);
  });

  it('names a damaged sealing key', async () => {
    mkdirSync(dataDir, { recursive: true });
    const file = join(dataDir, 'sealing-key.pem');
    writeFileSync(file, '');
    const { code, said } = await start(withDatabase({}));
    expect(said).toContain(`The sealing key in ${file} is empty or damaged.`);
    expect({ code, lines: linesOf(said) }).toEqual({ code: 1, lines: 1 });
  });
});

describe('the first admin key', () => {
  it('is not used up by a start that fails, and is shown and kept by the next', async () => {
    const failed = await start({ PORT: busyPort });
    expect(failed).toMatchObject({ code: 1, said: expect.stringContaining('is in use') });
    expect(existsSync(join(dataDir, 'admin-key'))).toBe(false);

    const service = begin({});
    const said = await service.says(/timeline\n/);
    const [, key = 'none'] = /Your admin key .*:\n {4}(sl_\S+)/.exec(said) ?? [];
    const file = join(dataDir, 'admin-key');
    expect(readFileSync(file, 'utf8')).toBe(`${key}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(said).toContain(`Bearer $(cat ${file})`);
    const [, url = ''] = /listens on (\S+)/.exec(said) ?? [];
    const answer = await fetch(`${url}/timeline`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
    service.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  }, 60_000);
});
