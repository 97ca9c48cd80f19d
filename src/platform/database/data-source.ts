import type { ClientConfig, PoolConfig } from 'pg';
import type { DataSourceOptions, EntitySchema, MixedList } from 'typeorm';
import { SnakeNaming } from './snake-naming.js';
import { migrations } from '../../../migrations/index.js';

/** The schema everything lives in, so that Stageline can share a database. */
export const SCHEMA = 'stageline';

/** How to reach the server, before a role is chosen. */
export type Connection = Pick<
  ClientConfig,
  'host' | 'port' | 'user' | 'password' | 'database' | 'connectionString' | 'ssl'
>;

/** The role that owns the tables and runs migrations, and the one the service works as. */
export type DatabaseRole = 'stageline_owner' | 'stageline_app';

/** Whoever waits longer for a connection is told that the database does not answer. */
const CONNECT_MS = 10_000;

type Entities = MixedList<(new () => object) | EntitySchema>;

/**
 * TypeORM's options for a connection that works as `role`.
 *
 * The role is taken when the connection opens, so that no statement ever runs with the login's own rights.
 */
export function dataSourceOptions(
  connection: Connection,
  role: DatabaseRole,
  { poolSize = 4, entities = [] }: { poolSize?: number; entities?: Entities } = {},
): DataSourceOptions {
  const extra: PoolConfig = {
    ...connection,
    options: sessionOptions(role),
    max: poolSize,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'stageline',
    // A connection lost at work fails its query, which is enough; without a listener it would end the process as well.
    onConnect: (client) => void client.on('error', () => undefined),
  };
  return {
    type: 'postgres',
    schema: SCHEMA,
    extra,
    entities,
    namingStrategy: new SnakeNaming(),
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'all',
    installExtensions: false,
    synchronize: false,
    logging: false,
  };
}

/** Startup options of a session: its role, its schema, and limits that keep a forgotten transaction from stalling the sealer. */
export function sessionOptions(role: DatabaseRole): string {
  const limits =
    role === 'stageline_app'
      ? '-c lock_timeout=5s -c statement_timeout=60s -c idle_in_transaction_session_timeout=30s'
      : '';
  return `-c role=${role} -c search_path=${SCHEMA} -c timezone=UTC ${limits}`;
}
