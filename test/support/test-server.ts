/** The one PostgreSQL server of a test run, and the migrated template that each test database is cloned from. */
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { makeFolder, removeFolder } from './folders.js';

/** Where workers find the server: a JSON `TestServerAddress`. */
export const ADDRESS_VARIABLE = 'STAGELINE_TEST_SERVER';

/** The server's maintenance database, and the template's name. */
export type TestServerAddress = Readonly<{ url: string; template: string }>;

type TestServer = Readonly<{ stop: () => Promise<void> }>;

/** Uses the server of `STAGELINE_TEST_DATABASE_URL` where that is set, else starts an embedded one for this run only. */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env['STAGELINE_TEST_DATABASE_URL'];
  const server =
    given === undefined || given === '' ? await startEmbedded() : { url: given, stop: () => Promise.resolve() };
  const template = `stageline_template_${process.pid}`;
  await run(server.url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`, `CREATE DATABASE ${template}`);
  await migrate({ connection: { connectionString: databaseUrl(server.url, template) } });
  process.env[ADDRESS_VARIABLE] = JSON.stringify({ url: server.url, template } satisfies TestServerAddress);
  return {
    stop: async () => {
      await run(server.url, `DROP DATABASE ${template} WITH (FORCE)`);
      await server.stop();
    },
  };
}

/** The same server and login, another database. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Runs statements one after the other on a connection of their own. */
export async function run(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function startEmbedded(): Promise<TestServer & { url: string }> {
  const dataDir = makeFolder();
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined, durable: false, maxConnections: 300 });
  const { host, port, user } = server.connection;
  return {
    url: `postgresql://${user}@localhost:${port}/postgres?host=${encodeURIComponent(host)}`,
    stop: async () => {
      await server.stop();
      removeFolder(dataDir);
    },
  };
}
