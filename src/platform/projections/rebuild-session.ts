import pg from 'pg';
import { type Connection, sessionOptions } from '../database/data-source.js';
import type { Statement } from '../database/database.js';
import type { Ask } from './stream-events.js';

/**
 * Two connections of a rebuild's own, so that it keeps none of the pool from commands: one reads while the other writes. They see the
 * rows of all tenants. The writer's is the rebuild's sign of life: without it another process takes over.
 */
export class RebuildSession {
  private constructor(
    private readonly reader: pg.Client,
    private readonly writer: pg.Client,
  ) {}

  static async open(connection: Connection): Promise<RebuildSession> {
    const [reader, writer] = [client(connection), client(connection)];
    try {
      await reader.connect();
      await writer.connect();
    } catch (error) {
      await Promise.allSettled([reader.end(), writer.end()]);
      throw error;
    }
    return new RebuildSession(reader, writer);
  }

  /** Reads events and streams. */
  readonly ask: Ask = async (statement, values) => (await this.reader.query({ ...statement, values })).rows as never;

  /** Takes one step; on the writing connection steps go one after the other. */
  async step<R extends pg.QueryResultRow>(statement: Statement, values: unknown[]): Promise<readonly R[]> {
    return (await this.writer.query<R>({ ...statement, values })).rows;
  }

  /** Runs steps in one transaction. What it commits is on disk: losing less would lose the rows that commands wrote after the switch. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.writer.query('begin');
    try {
      await this.writer.query('set local synchronous_commit = on');
      const result = await work();
      await this.writer.query('commit');
      return result;
    } catch (error) {
      await this.writer.query('rollback').catch(() => undefined); // The connection is gone: so is the transaction.
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.reader.end(), this.writer.end()]);
  }
}

/** Batches need not wait for the disk one by one: a server that crashes ends the rebuild, which begins anew. */
const OPTIONS = '-c stageline.tenant=* -c statement_timeout=0 -c synchronous_commit=off';

function client(connection: Connection): pg.Client {
  const made = new pg.Client({
    ...connection,
    options: `${sessionOptions('stageline_app')} ${OPTIONS}`,
    application_name: 'stageline rebuild',
  });
  made.on('error', () => undefined); // A connection lost at work fails its query, which is enough.
  return made;
}
