import { SQL } from '@event-driven-io/dumbo';
import { postgreSQLRawSQLProjection } from '@event-driven-io/emmett-postgresql';

/** A row per run for Emmett, in raw SQL, which is its fastest: less than Stageline keeps of a run. `onEvent` hears of each. */
export function runProjection(canHandle, onEvent = () => undefined) {
  return postgreSQLRawSQLProjection({
    name: 'runs',
    canHandle,
    init: () => SQL`create table if not exists runs (
      id text primary key, status text not null, stage text not null, version bigint not null, updated_at timestamptz not null)`,
    evolve: ({ metadata: { streamName, streamPosition } }) => {
      onEvent();
      return SQL`
        insert into runs values (${streamName}, 'running', 'thesis_defined', ${streamPosition}, now())
        on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at`;
    },
  });
}
