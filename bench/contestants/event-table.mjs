/** The least an event needs: a table with one version of a stream once, and one prepared INSERT, committed by itself. */
import pg from 'pg';
import { v7 as newId } from 'uuid';

const TABLE = `create table if not exists events (
  id uuid primary key, stream_id uuid not null, version bigint not null, global_position bigserial,
  type text not null, correlation_id uuid not null, detail jsonb not null, recorded_at timestamptz not null default now(),
  unique (stream_id, version))`;
const INSERT = {
  name: 'insert_event',
  text: 'insert into events (id, stream_id, version, type, correlation_id, detail) values ($1, $2, $3, $4, $5, $6)',
};

/** Makes the table where it is missing; `insert` answers the event's id. */
export async function openEvents(connection, connections) {
  const pool = new pg.Pool({ ...connection, max: connections });
  await pool.query(TABLE);
  const insert = async (streamId, version, detail) => {
    const id = newId();
    await pool.query({ ...INSERT, values: [id, streamId, version, 'facts.recorded', newId(), JSON.stringify(detail)] });
    return id;
  };
  return { insert, close: () => pool.end() };
}
