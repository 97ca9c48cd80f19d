import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/index.js';
import { type Connection, type DatabaseRole, SCHEMA, dataSourceOptions } from './data-source.js';

const MIGRATION_LOCK = 7_733_001;

/** A server that does not answer by then will not. */
const CONNECT_MS = 10_000;

const ROLES: readonly DatabaseRole[] = ['stageline_owner', 'stageline_app'];

const SINCE_16 = "current_setting('server_version_num')::int >= 160000";

/** The database is not at the schema this version needs; the message says what to do. */
export class MigrationsDueError extends Error {
  override readonly name = 'MigrationsDueError';

  constructor() {
    super(
      'The database is not migrated to this version. Run `npm run stageline -- migrate` (in a container: ' +
        'node dist/src/cli.js migrate) with the same DATABASE_URL, or start with STAGELINE_MIGRATE=on.',
    );
  }
}

/**
 * Brings a database to the schema this version needs. Safe to run from many processes at once: one migrates, the others wait.
 *
 * The first time on a server the login must be allowed to make roles, the first time in a database to make a schema; later it only has
 * to be a member of the roles. Answers the names of the migrations that ran.
 */
export function migrate({ connection }: { connection: Connection }): Promise<readonly string[]> {
  return withClient(connection, async (client) => {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]); // Given back when the session ends.
    await makeRoles(client);
    await makeSchema(client);
    return runMigrations(connection);
  });
}

/** Throws `MigrationsDueError` where this version needs migrations that have not run. Changes nothing. */
export function assertMigrated({ connection }: { connection: Connection }): Promise<void> {
  return withClient(connection, async (client) => {
    const isThere = await client.query(`
      select from pg_roles, pg_tables
      where rolname = 'stageline_app' and schemaname = '${SCHEMA}' and tablename = 'migrations'`);
    if (isThere.rowCount === 0) throw new MigrationsDueError();
    await client.query('set role stageline_app');
    const { rows } = await client.query<{ name: string }>(`select name from ${SCHEMA}.migrations`);
    requireAllMigrations(rows);
  });
}

/** Throws `MigrationsDueError` where one of this version's migrations is not among those that ran. */
export function requireAllMigrations(ran: readonly Readonly<{ name: string }>[]): void {
  const names = new Set(ran.map(({ name }) => name));
  if (migrations.some(({ name }) => !names.has(name))) throw new MigrationsDueError();
}

async function withClient<T>(connection: Connection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...connection,
    application_name: 'stageline migrate',
    connectionTimeoutMillis: CONNECT_MS,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function runMigrations(connection: Connection): Promise<readonly string[]> {
  const dataSource = new DataSource(dataSourceOptions(connection, 'stageline_owner', { poolSize: 1 }));
  await dataSource.initialize();
  try {
    const ran = await dataSource.runMigrations();
    return ran.map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Roles belong to the whole server: another database's Stageline may have made them, even at this very moment. Who may not make roles
 * may not ask for one that is there either, so each is looked for first. Since PostgreSQL 16 whoever makes a role is a member that may
 * pass it on, and may not act as it.
 */
async function makeRoles(client: pg.Client): Promise<void> {
  for (const role of ROLES) {
    await client.query(`
      do $$ begin
        if not exists (select from pg_roles where rolname = '${role}') then
          create role ${role} nologin;
        end if;
      exception when duplicate_object or unique_violation then null;
      end $$`);
    await client.query(`
      do $$ begin
        if not pg_has_role(current_user, '${role}', case when ${SINCE_16} then 'SET' else 'MEMBER' end) then
          grant ${role} to current_user;
        end if;
      end $$`);
  }
}

async function makeSchema(client: pg.Client): Promise<void> {
  await client.query(`
    do $$ begin
      if not exists (select from pg_namespace where nspname = '${SCHEMA}') then
        create schema ${SCHEMA} authorization stageline_owner;
      end if;
    end $$`);
}
