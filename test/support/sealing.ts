/** Deciding, in a test, what a running service seals together. */
import type { Client } from 'pg';
import { until } from './wait.js';

/**
 * Does some work before any of it is sealed: an open transaction keeps what is recorded meanwhile from that. It ends when no other holds back a part, so that all comes under
 * one seal.
 */
export async function underOneSeal<T>(superuser: Client, work: () => Promise<T>): Promise<T> {
  await superuser.query('begin');
  await superuser.query('select pg_current_xact_id()');
  try {
    const done = await work();
    await until('no transaction of another database is older than an event', async () => {
      const { rows } = await superuser.query<{ is_held: boolean }>(
        `select exists (select from pg_snapshot_xip(pg_current_snapshot()) as running (xid)
           join stageline.stage_events e on e.xid > running.xid) as is_held`,
      );
      return rows[0]?.is_held === false;
    });
    return done;
  } finally {
    await superuser.query('rollback');
  }
}

/** Waits until every recorded event has its position. */
export async function everythingSealed(superuser: Client): Promise<void> {
  await until('every event is sealed', async () => {
    const { rows } = await superuser.query<{ waiting: string }>(
      'select (select count(*) from stageline.stage_events) - (select count(*) from stageline.sealed_events) as waiting',
    );
    return rows[0]?.waiting === '0';
  });
}
