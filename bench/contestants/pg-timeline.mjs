/** The same rows and columns in the same pages, by pg alone: one prepared statement, its rows as pg makes them. */
import pg from 'pg';
import { eventColumns } from '../../dist/src/platform/event-store/stored-event.js';
import { readPages } from './pages.mjs';

const PAGE = {
  name: 'page',
  text: `select ${eventColumns}, l.position from stageline.sealed_events l
    join stageline.stage_events e using (stream_id, stream_version) where l.position > $1 order by l.position limit $2`,
};

export async function open({ connection, pageSize }) {
  const client = new pg.Client(connection);
  await client.connect();
  const readPage = async (after) => {
    const { rows } = await client.query({ ...PAGE, values: [after, pageSize] });
    return { count: rows.length, next: Number(rows.at(-1)?.position ?? 0) };
  };
  return { round: (task) => readPages(task, pageSize, readPage), close: () => client.end() };
}
