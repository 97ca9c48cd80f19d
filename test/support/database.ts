import { randomBytes } from 'node:crypto';
import type { ClientConfig } from 'pg';
import { ADDRESS_VARIABLE, databaseUrl, run, type TestServerAddress } from './test-server.js';

/** A migrated, empty database for one spec file. */
export type TestDatabase = Readonly<{
  connection: ClientConfig;
  /** The same as a `DATABASE_URL`, for a service of its own. */
  url: string;
  /** Ends whatever still uses it and removes it. */
  drop: () => Promise<void>;
}>;

/** Clones the run's template: about 20 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url: server, template } = serverAddress();
  const name = `stageline_test_${randomBytes(6).toString('hex')}`;
  await run(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = databaseUrl(server, name);
  return {
    connection: { connectionString: url },
    url,
    drop: () => run(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

function serverAddress(): TestServerAddress {
  const address = process.env[ADDRESS_VARIABLE];
  if (address === undefined) throw new Error('Run tests through Jest: its global setup starts the server they need.');
  return JSON.parse(address) as TestServerAddress;
}
