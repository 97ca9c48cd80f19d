import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { runProgram, type Child } from '../../../../test/support/child.js';
import { makeFolder, removeFolder } from '../../../../test/support/folders.js';
import { findBinaries } from './binaries.js';
import { startEmbeddedPostgres, type EmbeddedConnection, type EmbeddedPostgres } from './embedded-postgres.js';
import { createLauncher } from './launcher.js';
import { holdsWithin, startTimeOf } from './processes.js';
import { runServer, type Server } from './server.js';

jest.setTimeout(60_000);

const log = (): void => undefined;

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  let pgdata: string;
  let running: Pick<EmbeddedPostgres, 'stop'>[];
  let children: Child[];
  beforeEach(() => {
    dataDir = makeFolder();
    pgdata = join(dataDir, 'postgres');
    running = [];
    children = [];
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map((child) => child.exit));
    await Promise.all(running.map((server) => server.stop()));
    await holdsWithin(10_000, () => !existsSync(join(pgdata, 'postmaster.pid'))); // A killed process's server takes a moment.
    removeFolder(dataDir);
  });

  const start = async (folder = dataDir): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dataDir: folder, log });
    running.push(server);
    return server;
  };
  const startElsewhere = (): Child => {
    const child = runProgram('embedded-postgres.ts', [dataDir]);
    children.push(child);
    return child;
  };
  const serverPid = (): number => Number(readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')[0]);

  it('serves a durable UTF-8 database in the C locale, through a private socket only', async () => {
    const { connection } = await start();
    expect(await settings(connection)).toEqual({
      server_encoding: 'UTF8',
      datcollate: 'C',
      listen_addresses: '',
      fsync: 'on',
      synchronous_commit: 'on',
      dynamic_shared_memory_type: 'mmap',
      database: 'stageline',
    });
    expect(statSync(connection.host).mode & 0o777).toBe(0o700);
  });

  it('keeps what was committed from one start to the next', async () => {
    const first = await start();
    await query(first.connection, 'CREATE TABLE kept AS SELECT 7 AS value');
    await first.stop();
    const second = await start();
    expect(await query(second.connection, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
  });

  it('is gone, and its data dir free, once stopped', async () => {
    const server = await start();
    const pid = serverPid();
    await server.stop();
    await server.stop();
    expect(startTimeOf(pid)).toBeNull();
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'socket']);
  });

  it('refuses a second process on the same data and names the first', async () => {
    const first = startElsewhere();
    await first.says(/"host"/);
    await expect(start()).rejects.toThrow(`in use by the Stageline process ${first.pid}.`);
  });

  it('starts again with everything committed after a kill -9 of its process', async () => {
    const first = startElsewhere();
    const said = await first.says(/"host".*\n/);
    const connection = JSON.parse(/\{.*\}/.exec(said)?.[0] ?? '') as EmbeddedConnection;
    await query(connection, 'CREATE TABLE kept AS SELECT 7 AS value');
    first.kill('SIGKILL');
    await first.exit;
    const second = await start();
    expect(await query(second.connection, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
  });

  it('stops a server that was left running on its data', async () => {
    await (await start()).stop();
    const orphan = await leaveServerRunning(dataDir);
    running.push(orphan);
    const orphanPid = serverPid();
    const { connection } = await start();
    expect(startTimeOf(orphanPid)).toBeNull();
    expect(await query(connection, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
  });

  it('leaves a process alone that was given the pid of a former server', async () => {
    await (await start()).stop();
    const stranger = runProgram('folder-lock.ts', [join(dataDir, 'socket')]);
    children.push(stranger);
    await stranger.says(/locked/);
    writeFileSync(join(pgdata, 'postmaster.pid'), `${stranger.pid}\n${pgdata}\n1\n5432\n${dataDir}\n\n  1 1\nready\n`);
    const { connection } = await start();
    expect(startTimeOf(stranger.pid)).not.toBeNull();
    expect(await query(connection, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
  });

  it('starts anew after a kill -9 in the middle of making the database', async () => {
    const first = startElsewhere();
    await first.says(/Making a new database/);
    const begun = (): boolean => readdirSync(dataDir).some((name) => name.startsWith('postgres.new-'));
    expect(await holdsWithin(10_000, begun)).toBe(true);
    first.kill('SIGKILL');
    await first.exit;
    expect(existsSync(pgdata)).toBe(false);
    const { connection } = await start();
    expect(await query(connection, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres'))).toEqual(['postgres']);
  });

  it('puts the socket elsewhere when the data dir lies too deep for one', async () => {
    const { connection, stop } = await start(join(dataDir, 'deep'.repeat(30)));
    expect(await query(connection, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
    expect(statSync(connection.host).mode & 0o777).toBe(0o700);
    await stop();
    expect(existsSync(connection.host)).toBe(false);
    expect(existsSync(dirname(connection.host))).toBe(true);
  });

  it('tells when the server ends by itself, and not when it is stopped', async () => {
    const server = await start();
    const ended = new Promise<string>((resolve) => server.onExit(resolve));
    process.kill(serverPid(), 'SIGINT');
    expect(await ended).toContain('shut down');
    const second = await startEmbeddedPostgres({ dataDir: join(dataDir, 'second'), log });
    const told = jest.fn();
    second.onExit(told);
    await second.stop();
    expect(told).not.toHaveBeenCalled();
  });

  it('refuses data of another PostgreSQL version and leaves it untouched', async () => {
    await (await start()).stop();
    writeFileSync(join(pgdata, 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toThrow(/was made by PostgreSQL 15; this Stageline brings PostgreSQL 18/);
    expect(existsSync(join(pgdata, 'global', 'pg_control'))).toBe(true);
  });
});

async function leaveServerRunning(dataDir: string): Promise<Server> {
  const binaries = findBinaries();
  const pgdata = join(dataDir, 'postgres');
  const launcher = createLauncher(binaries.postgres, pgdata);
  const options = { socketFolder: join(dataDir, 'socket'), port: 5432, maxConnections: 20, durable: true };
  return runServer({ ...options, pgdata, binaries, launcher, log });
}

async function query(connection: EmbeddedConnection, sql: string): Promise<unknown[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function settings(connection: EmbeddedConnection): Promise<unknown> {
  const names = ['server_encoding', 'listen_addresses', 'fsync', 'synchronous_commit', 'dynamic_shared_memory_type'];
  const columns = names.map((name) => `current_setting('${name}') AS ${name}`).join(', ');
  const [row] = await query(
    connection,
    `SELECT ${columns}, datcollate, datname AS database FROM pg_database WHERE datname = current_database()`,
  );
  return row;
}
