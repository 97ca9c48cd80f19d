import pg from 'pg';
import { DataSource } from 'typeorm';
import { type Connection, SCHEMA, dataSourceOptions } from './data-source.js';

const MIGRATION_LOCK = 7_733_001;

const SINCE_16 = "current_setting('server_version_num')::int >= 160000";

/**
 * Brings a database to the schema this version needs. Safe to run from many processes at once: one migrates, the others wait.
 *
 * The login must be allowed to create roles and a schema the first time. Answers the names of the migrations that ran.
 */
export async function migrate({ connection }: { connection: Connection }): Promise<readonly string[]> {
  const client = new pg.Client({ ...connection, application_name: 'stageline migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await createRoles(client);
    return await runMigrations(connection);
  } finally {
    await client.end(); // Ends the session, and with it the lock.
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
 * Roles belong to the whole server: another database's Stageline may have made them, even at this very moment. Since PostgreSQL 16
 * whoever makes a role is a member that may pass it on, and may not act as it.
 */
async function createRoles(client: pg.Client): Promise<void> {
  for (const role of ['stageline_owner', 'stageline_app']) {
    await client.query(`
      do $$ begin
        create role ${role} nologin;
      exception when duplicate_object or unique_violation then null;
      end $$`);
    await client.query(`
      do $$ begin
        if not pg_has_role(current_user, '${role}', case when ${SINCE_16} then 'SET' else 'MEMBER' end) then
          grant ${role} to current_user;
        end if;
      end $$`);
  }
  await client.query(`create schema if not exists ${SCHEMA} authorization stageline_owner`);
}
