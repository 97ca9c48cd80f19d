import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { requireAllMigrations } from './migrate.js';

/** A prepared statement; its name is its identity on each connection. */
export type Statement = Readonly<{ name: string; text: string }>;

/** Rows of every tenant: what the service's own work, such as sealing, is entitled to. */
const EVERY_TENANT = '*';

/**
 * The database as the rest of the service may use it. Every piece of work says whose rows it may see, and row-level security holds
 * it to that even where a query forgets its `where`.
 */
@Injectable()
export class Database {
  /** The tenant each pooled connection speaks for; set anew only when it changes. */
  private readonly speaksFor = new WeakMap<PoolClient, string>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Works on one connection that sees only the rows of `tenantId`. */
  tenant<T>(tenantId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.on(tenantId, work);
  }

  /** Works on one connection that sees the rows of all tenants: for the service itself, never for a caller. */
  system<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.on(EVERY_TENANT, work);
  }

  /**
   * Runs one named, prepared statement that sees only the rows of `tenantId`. TypeORM cannot name a statement, so the hot path goes
   * to the client below it.
   */
  async query<R extends QueryResultRow>(
    tenantId: string,
    statement: Statement,
    values: unknown[],
  ): Promise<readonly R[]> {
    const client = await this.pool.connect();
    try {
      await this.assume(client, tenantId);
      return (await client.query<R>({ ...statement, values })).rows;
    } finally {
      client.release();
    }
  }

  /** The same, seeing the rows of all tenants: for the service itself, never for a caller. */
  systemQuery<R extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<readonly R[]> {
    return this.query(EVERY_TENANT, statement, values);
  }

  /** Calls a database function that takes the tenant as an argument and answers for itself; in a transaction of its own. */
  async call<R extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<readonly R[]> {
    return (await this.pool.query<R>({ ...statement, values })).rows;
  }

  /** Throws when the server does not answer. */
  async assertReachable(): Promise<void> {
    await this.pool.query('select 1');
  }

  /** Throws `MigrationsDueError` when this version of the service needs migrations that have not run. */
  async assertMigrated(): Promise<void> {
    const { rows } = await this.pool.query<{ name: string }>('select name from migrations');
    requireAllMigrations(rows);
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  private async on<T>(tenant: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await this.assume((await runner.connect()) as PoolClient, tenant);
      return await work(runner.manager);
    } finally {
      await runner.release();
    }
  }

  private async assume(client: PoolClient, tenant: string): Promise<void> {
    if (this.speaksFor.get(client) === tenant) return;
    await client.query("select set_config('stageline.tenant', $1, false)", [tenant]);
    this.speaksFor.set(client, tenant);
  }
}
