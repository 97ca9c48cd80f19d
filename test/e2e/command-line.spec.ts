import { generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { type RequestListener, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { stageline } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { ADMIN_KEY, startFounderRun, startTestService } from '../support/service.js';
import { run as runStatements } from '../support/test-server.js';

type Env = Readonly<Record<string, string>>;

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
    'replay',
    'verify one two',
    'migrate it',
    '--loud',
    'verify --out file',
    'export --key public.pem',
    'verify --key public.pem',
    'rebuild',
    'rebuild projects --all',
    'verify --all',
    'constructor',
  ])('refuses %s and says where the commands are listed', async (line) => {
    const { code, out, err } = await stageline(line.split(' '));
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

  it('exports the whole timeline, in order', async () => {
    const { code, out, err } = await stageline(['export'], env);
    const positions = [...out.matchAll(/^\{"event":.*"position":(\d+)/gm)].map(([, position]) => Number(position));
    expect(code).toBe(0);
    expect(positions).toEqual(positions.map((_, index) => index + 1));
    expect(positions.length).toBeGreaterThan(250);
    expect(err).toBe(`Exported ${String(positions.length)} events.\n`);
  });

  it('exports to a file, which is verified without the service', async () => {
    const [file, pem] = [join(folder, 'timeline.jsonl'), join(folder, 'public.pem')];
    expect(await stageline(['export', '--out', file], env)).toMatchObject({ code: 0, out: '' });
    writeFileSync(pem, (await service.api.get<{ public_key: string }>('/audit/key')).body.public_key);
    const { code, out } = await stageline(['verify', file, '--key', pem]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /timeline\.jsonl is as it was recorded: 2\d\d events under \d+ seals\.\nIt is the whole timeline/,
    );
  });

  it('exports one run, or what was recorded in a period', async () => {
    const { runId } = await startFounderRun(service.api);
    await allSealed();
    const ofRun = await stageline(['export', '--run', runId], env);
    expect(ofRun).toMatchObject({ code: 0, err: 'Exported 3 events.\n' });
    expect(ofRun.out).toContain(`"run_id":"${runId}"`);
    const period = ['--from', '2020-01-01T00:00:00Z', '--to', '2020-01-02T00:00:00+01:00'];
    const { out, err } = await stageline(['export', ...period], env);
    expect(err).toBe('Exported 0 events.\n');
    expect(out).toMatch(/"from":"2020-01-01T00:00:00\.000Z".*"to":"2020-01-01T23:00:00\.000Z"/);
    expect(await stageline(['export', '--run', 'nope'], env)).toMatchObject({ code: 1, out: '' });
  });

  it('says so where an export breaks off', async () => {
    const line = '{"format":"stageline.timeline"}\n';
    const endings = [(response: ServerResponse) => response.end(), (response: ServerResponse) => response.destroy()];
    for (const leave of endings) {
      const broken = await answering((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/jsonl' });
        response.write(line, () => leave(response));
      });
      const file = join(folder, 'broken.jsonl');
      const { code, err } = await stageline(['export', '--out', file], { ...env, STAGELINE_URL: broken.url });
      broken.close();
      expect(code).toBe(1);
      expect(err).toMatch(/^(The export broke off|No answer from)/);
      expect(existsSync(file)).toBe(false);
    }
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
