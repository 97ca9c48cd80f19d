/** One PostgreSQL for a run: the embedded one, as the service starts it, durable, on a unix socket only. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../dist/src/platform/database/embedded/embedded-postgres.js';
import { migrate } from '../../dist/src/platform/database/migrate.js';

/** Starts the server in a temporary folder, which `stop` removes. `pid` is its process, the parent of all of its others. */
export async function startPostgres() {
  const dataDir = await mkdtemp(join(tmpdir(), 'stageline-bench-'));
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  const { host, port, user } = server.connection;
  let databaseCount = 0;

  /** An empty database: `connection` for pg, `url` for what wants one. */
  const createDatabase = async () => {
    const database = `bench_${(databaseCount += 1)}`;
    await query({ ...server.connection, database: 'postgres' }, `create database ${database}`);
    const url = `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
    return { connection: { host, port, user, database }, url };
  };
  /** The same with the tables of Stageline. */
  const createMigrated = async () => {
    const database = await createDatabase();
    await migrate({ connection: database.connection });
    return database;
  };
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const version = async () => {
    const [row] = await query({ ...server.connection, database: 'postgres' }, 'show server_version');
    return row.server_version;
  };
  const pid = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  return { createDatabase, createMigrated, stop, version, pid };
}

/** One statement on a connection of its own; answers its rows. */
export async function query(connection, text, values = []) {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
