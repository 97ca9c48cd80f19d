import { generateKeyPairSync } from 'node:crypto';
import { expect } from '@jest/globals';
import { DataSource } from 'typeorm';
import { type Connection, dataSourceOptions } from '../../src/platform/database/data-source.js';
import { Database } from '../../src/platform/database/database.js';
import { sealingKeyFrom } from '../../src/platform/event-store/sealing-key.js';
import { Verification, type Verdict } from '../../src/platform/event-store/verification.js';
import { asOwner, expectReadModelsToEqualFold } from './read-model-fold.js';
import { until } from './wait.js';

/**
 * Holds a timeline against all that must be true of it whatever happened: versions contiguous, heads right, positions dense and in
 * the order of versions, read models the fold of the events, seals valid. Some service has to be sealing meanwhile.
 */
export async function expectSoundTimeline(connection: Connection): Promise<void> {
  await sealed(connection);
  const faults = await asOwner(connection, async (client) => {
    const rowsOf = async (text: string) => (await client.query<Record<string, string>>(text)).rows;
    return { gaps: await rowsOf(GAPS), heads: await rowsOf(WRONG_HEADS), disorder: await rowsOf(DISORDER) };
  });
  expect(faults).toEqual({ gaps: [], heads: [], disorder: [] });
  await expectReadModelsToEqualFold(connection);
  const { positions, events } = await positionsOf(connection);
  expect(positions).toEqual(Array.from({ length: events }, (_, index) => index + 1));
  expect(await verify(connection)).toMatchObject({ valid: true, finding: null, checkedEvents: events });
}

/** How often each mark stands on the timeline: see `markedCommand`. */
export async function marksIn(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const { rows } = await asOwner(connection, (client) => client.query<{ mark: string; count: number }>(MARKS));
  return new Map(rows.map(({ mark, count }) => [mark, count]));
}

/** Recomputes every hash and checks every seal. Any process of the test may have signed: each key it introduced is trusted. */
export async function verify(connection: Connection): Promise<Verdict> {
  const dataSource = await new DataSource(dataSourceOptions(connection, 'stageline_app', { poolSize: 1 })).initialize();
  try {
    const database = new Database(dataSource);
    const keys = await database.system((manager) =>
      manager.query<{ key_id: string }[]>('select key_id from sealing_keys'),
    );
    const trusted = new Set(keys.map(({ key_id: id }) => id));
    return await new Verification(database, noSigner, trusted).verify();
  } finally {
    await dataSource.destroy();
  }
}

const noSigner = sealingKeyFrom(
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
);

/** Waits until every recorded event has its position. */
export function sealed(connection: Connection): Promise<void> {
  return asOwner(connection, (client) =>
    until('every event is sealed', async () => {
      const { rows } = await client.query<{ done: boolean }>(
        'select (select count(*) from stage_events) = (select last_position from seal_state) as done',
      );
      return rows[0]?.done === true;
    }),
  );
}

async function positionsOf(connection: Connection): Promise<{ positions: number[]; events: number }> {
  const { rows } = await asOwner(connection, (client) =>
    client.query<{ positions: number[] | null; events: number }>(
      `select (select array_agg(position::int order by position) from sealed_events) as positions,
         (select count(*)::int from stage_events) as events`,
    ),
  );
  return { positions: rows[0]?.positions ?? [], events: rows[0]?.events ?? 0 };
}

const GAPS = `select stream_id from stage_events group by stream_id
  having min(stream_version) <> 1 or max(stream_version) <> count(*)`;

const WRONG_HEADS = `select h.stream_id from stream_heads h full join
  (select stream_id, max(stream_version) as version from stage_events group by stream_id) e using (stream_id)
  where h.version is distinct from e.version`;

const DISORDER = `select stream_id from (
    select stream_id, position, lag(position) over (partition by stream_id order by stream_version) as before from sealed_events) s
  where before > position`;

const MARKS = `select mark, count(*)::int as count from (
    select coalesce(detail ->> 'feedback', detail -> 'focus' ->> 0) as mark from stage_events
    where event_type in ('stage.result_recorded', 'focus.suggested')) m
  group by mark`;
