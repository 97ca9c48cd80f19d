import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { ADMIN_KEY, startFounderRun, startTestService } from '../support/service.js';
import { run as runStatements } from '../support/test-server.js';

const LOADER = fileURLToPath(new URL('../support/typescript-loader.mjs', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

type Ended = Readonly<{ code: number | null; out: string; err: string }>;
type Env = Readonly<Record<string, string>>;

const stageline = (args: readonly string[], env: Env = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env } };
    const child = spawn(process.execPath, ['--import', LOADER, PROGRAM, ...args], options);
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    child.once('close', (code) => resolve({ code, ...said }));
  });

const ANOTHER_KEY = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Node's own fetch, made to give up on an answer after a moment instead of after five minutes. */
const HASTY_FETCH = `--import="data:text/javascript,${encodeURIComponent(`
  await fetch('data:,');
  const slot = Symbol.for('undici.globalDispatcher.1');
  const { constructor: Agent } = globalThis[slot];
  globalThis[slot] = new Agent({ headersTimeout: 500 });
`)}"`;

/** Somebody else's service on this machine. */
const answering = async (answer: RequestListener) => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, close: () => server.close() };
};
const addressOf = ({ connection }: Readonly<{ connection: pg.ClientConfig }>) => connection.connectionString ?? '';

describe('the command line', () => {
  it.each([[[]], [['help']]])('lists its commands when told %j', async (args) => {
    const { code, out, err } = await stageline(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/migrate [^]*rebuild [^]*verify [^]*export [^]*help /);
  });

  it.each([
    [['rebuild']],
    [['rebuild', 'projects', '--all']],
    [['verify', '--all']],
    [['verify', 'twice']],
    [['--loud']],
    [['verify', '--out', 'file']],
    [['constructor']],
  ])('refuses %j and says where the commands are listed', async (args) => {
    const { code, out, err } = await stageline(args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/"npm run stageline -- help" lists the commands\.\n$/);
  });
});

describe('stageline migrate', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('brings an empty database to this version and says what ran', async () => {
    await runStatements(database.url, 'drop schema stageline cascade');
    const { code, out } = await stageline(['migrate'], { DATABASE_URL: database.url });
    expect(code).toBe(0);
    expect(out).toMatch(/^Ran EventStore\d+, Access\d+, ReadModels\d+/);
  });

  it('changes nothing the second time', async () => {
    const { code, out } = await stageline(['migrate'], { DATABASE_URL: database.url });
    expect({ code, out }).toEqual({ code: 0, out: 'The database is up to date.\n' });
  });

  it('names the settings that are wrong', async () => {
    const { code, err } = await stageline(['migrate'], { DATABASE_URL: 'mysql://localhost' });
    expect(code).toBe(1);
    expect(err).toContain('DATABASE_URL must be a URL like');
  });

  it('says in a line that a database cannot be reached', async () => {
    const { code, err } = await stageline(['migrate'], { DATABASE_URL: 'postgres://127.0.0.1:9/none' });
    expect(code).toBe(1);
    expect(err).toMatch(/^The PostgreSQL of DATABASE_URL does not answer at 127\.0\.0\.1:9 \(ECONNREFUSED\)\. .+\n$/);
  });
});

describe('stageline rebuild', () => {
  let service: Awaited<ReturnType<typeof startTestService>>;
  let env: Env;
  beforeAll(async () => {
    service = await startTestService();
    env = { STAGELINE_URL: service.url, STAGELINE_KEY: ADMIN_KEY };
    await startFounderRun(service.api);
  });
  afterAll(() => service.close());

  it('follows a rebuild to its end and says what came of it', async () => {
    const { code, out, err } = await stageline(['rebuild', 'projects'], env);
    expect({ code, out }).toEqual({ code: 0, out: 'projects: rebuilt, as it was.\n' });
    expect(err).toMatch(/^projects: /);
  });

  it('rebuilds all', async () => {
    const { code, out } = await stageline(['rebuild', '--all'], env);
    const names = ['decision_gates', 'pipeline_runs', 'projects', 'stage_configs', 'templates'];
    expect(code).toBe(0);
    for (const name of names) expect(out).toContain(`${name}: rebuilt, as it was.\n`);
  }, 60_000);

  it('ends with 1 where there is no such projection', async () => {
    const { code, err } = await stageline(['rebuild', 'nope'], env);
    expect(code).toBe(1);
    expect(err).toContain('projection-not-found');
  });
});

describe('stageline on a running service', () => {
  let service: Awaited<ReturnType<typeof startTestService>>;
  let env: Env;
  const folder = makeFolder();

  beforeAll(async () => {
    service = await startTestService();
    env = { STAGELINE_URL: service.url, STAGELINE_KEY: ADMIN_KEY };
    const { runId } = await startFounderRun(service.api);
    for (let count = 0; count < 250; count += 1) {
      await service.api.post(`/pipeline/${runId}/stages/thesis_defined/focus`, { focus: [`Focus ${String(count)}`] });
    }
    await allSealed();
  });
  afterAll(async () => {
    await service.close();
    removeFolder(folder);
  });

  const allSealed = async (): Promise<void> => {
    const client = new pg.Client(service.connection);
    await client.connect();
    const open =
      'select 1 from stageline.stage_events having count(*) > (select last_position from stageline.seal_state)';
    while ((await client.query(open)).rowCount !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await client.end();
  };

  it('verifies the timeline', async () => {
    const { code, out } = await stageline(['verify'], env);
    expect(code).toBe(0);
    expect(out).toMatch(/^Nothing was changed: 2\d\d events under \d+ seals\.\n$/);
  });

  it('exports the whole timeline, one event a line, in order', async () => {
    const { code, out, err } = await stageline(['export'], env);
    const positions = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { position: number }).position);
    expect(code).toBe(0);
    expect(positions).toEqual(positions.map((_, index) => index + 1));
    expect(positions.length).toBeGreaterThan(250);
    expect(err).toBe(`Exported ${String(positions.length)} events.\n`);
  });

  it('exports to a file', async () => {
    const file = join(folder, 'timeline.jsonl');
    const { code, out } = await stageline(['export', '--out', file], env);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(readFileSync(file, 'utf8')).toBe((await stageline(['export'], env)).out);
  });

  it('leaves no half of a file where it cannot export', async () => {
    const file = join(folder, 'none.jsonl');
    const { code, err } = await stageline(['export', '--out', file], { ...env, STAGELINE_KEY: 'sl_wrong' });
    expect(code).toBe(1);
    expect(err).toContain('unauthorized');
    expect(existsSync(file)).toBe(false);
    const nowhere = await stageline(['export', '--out', join(folder, 'none', 'x.jsonl')], env);
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toMatch(/cannot be written: ENOENT/);
  });

  it('says how to start a service where none answers', async () => {
    const { code, err } = await stageline(['verify'], {
      STAGELINE_URL: 'http://127.0.0.1:9',
      STAGELINE_KEY: 'sl_any-key',
    });
    expect(code).toBe(1);
    expect(err).toMatch(/^No Stageline answers at http:\/\/127\.0\.0\.1:9\. Start one with npm start/);
  });

  it.each([
    ['http://nowhere.invalid', /^No answer from http:\/\/nowhere\.invalid: getaddrinfo ENOTFOUND .*STAGELINE_URL\.\n$/],
    ['localhost:3000', /^STAGELINE_URL must be a URL like http:\/\/127\.0\.0\.1:3000; it is "localhost:3000"\.\n$/],
    ['ftp://localhost', /^STAGELINE_URL must be a URL like/],
  ])('says what is wrong with %s', async (url, expected) => {
    const { code, err } = await stageline(['verify'], { STAGELINE_URL: url, STAGELINE_KEY: ADMIN_KEY });
    expect(code).toBe(1);
    expect(err).toMatch(expected);
  });

  it.each(['short', 'with a space in it', 'k'.repeat(201)])('does not send the key %s', async (key) => {
    const { code, err } = await stageline(['verify'], { STAGELINE_URL: service.url, STAGELINE_KEY: key });
    expect({ code, err }).toEqual({
      code: 1,
      err: 'The key in STAGELINE_KEY must be 8 to 200 characters without spaces, as the service showed it.\n',
    });
  });

  it('says so where something else answers', async () => {
    const other = await answering((_request, response) => response.end('<html>'));
    const { code, err } = await stageline(['verify'], { ...env, STAGELINE_URL: other.url });
    other.close();
    expect(code).toBe(1);
    expect(err).toBe(`What answers at ${other.url} (200) is no Stageline. Name another with STAGELINE_URL.\n`);
  });

  it('says so where an answer breaks off', async () => {
    const broken = await answering((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{', () => response.destroy());
    });
    const { code, err } = await stageline(['verify'], { ...env, STAGELINE_URL: broken.url });
    broken.close();
    expect(code).toBe(1);
    expect(err).toMatch(/^No answer from http:\/\/127\.0\.0\.1:\d+: aborted\. .+\n$/);
  });

  it('waits for a verdict for as long as it takes, whatever the patience of fetch', async () => {
    const verdict = { valid: true, checked_events: 3, checked_seals: 1, finding: null };
    const slow = await answering((_request, response) =>
      setTimeout(() => response.end(JSON.stringify(verdict)), 3_000),
    );
    const { code, out } = await stageline(['verify'], { ...env, STAGELINE_URL: slow.url, NODE_OPTIONS: HASTY_FETCH });
    slow.close();
    expect({ code, out }).toEqual({ code: 0, out: 'Nothing was changed: 3 events under 1 seals.\n' });
  }, 20_000);

  it('tells a seal by an unknown key from a change', async () => {
    const restarted = await startTestService({ STAGELINE_SEALING_KEY: ANOTHER_KEY, DATABASE_URL: addressOf(service) });
    const { code, err } = await stageline(['verify'], { ...env, STAGELINE_URL: restarted.url });
    await restarted.close();
    expect(code).toBe(1);
    expect(err).toMatch(/^Verified only in part, at position 1: Seal 1 is signed by the key [0-9a-f]{32}/);
    expect(err).toMatch(/STAGELINE_TRUSTED_KEYS and verify again/);
    expect(err).not.toContain('was changed');
  });

  it('says where it looked for a key', async () => {
    const { code, err } = await stageline(['verify'], { STAGELINE_URL: service.url, STAGELINE_DATA_DIR: folder });
    expect({ code, err }).toEqual({
      code: 1,
      err: `There is no key in ${join(folder, 'admin-key')}. Give one with STAGELINE_KEY.\n`,
    });
  });

  it('names the event that somebody changed, and ends with 1', async () => {
    const client = new pg.Client(service.connection);
    await client.connect();
    await client.query('set search_path = stageline; alter table stage_events disable trigger all');
    for (const partition of [0, 1, 2, 3])
      await client.query(`alter table stage_events_p${String(partition)} disable trigger all`);
    const { rows } = await client.query<{ id: string }>(
      `update stage_events set reason = 'forged' where stream_type = 'pipeline_run' and stream_version = 5 returning id`,
    );
    await client.end();
    const { code, err } = await stageline(['verify'], env);
    expect(code).toBe(1);
    expect(err).toContain(`Event ${String(rows[0]?.id)}`);
    expect(err).toContain('was changed');
  });
});
