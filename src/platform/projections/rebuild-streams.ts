/**
 * Which streams a rebuild folds. A mark is a point on the way of history: a stream that did not move after it is folded for good.
 *
 *   inline   the oldest transaction still running: whatever commits later has that id or a higher one. Streams are folded as they stand,
 *            so one that moves meanwhile may be ahead of the mark; it is folded again, which changes nothing
 *   async    a position: streams are folded exactly to it, because the checkpoint says what the rows hold
 */
import type { ReadModel } from './read-models.js';
import { type Ask, NO_STREAM, type StreamExtent, fast } from './stream-events.js';

/** A point that history has passed. */
export type Mark = Readonly<{ epoch: number; xid: string; position: number }>;

/** Streams, and how many events they hold. */
export type StreamPage = Readonly<{ streams: readonly StreamExtent[]; eventCount: number }>;

/** Streams of a page: at some tens of events each, some pages of events. */
const PAGE = 100;

export class RebuildStreams {
  constructor(
    private readonly ask: Ask,
    private readonly model: ReadModel,
  ) {}

  /** How many streams and events there are to fold. */
  async count(): Promise<Readonly<{ streams: number; events: number }>> {
    const [row] = await this.ask<[number, number]>(COUNT, [this.model.streamTypes]);
    return { streams: row?.[0] ?? 0, events: row?.[1] ?? 0 };
  }

  /** Now, before anything is read. */
  async mark(): Promise<Mark> {
    const [row] = await this.ask<[number, string, number]>(MARK, [this.model.projection.name]);
    if (row === undefined) throw new Error(`There is no read model ${this.model.projection.name}.`);
    return { epoch: row[0], xid: row[1], position: row[2] };
  }

  /** All streams in the order of their ids, as far as the mark wants them. The next page is on its way while one is worked on. */
  async *all({ position }: Mark): AsyncGenerator<StreamPage> {
    const upTo = this.model.kind === 'inline' ? null : position;
    const page = (after: string) =>
      this.ask<[string, string, number, number | null]>(ALL, [this.model.streamTypes, after, upTo, PAGE]);
    let rows = await page(NO_STREAM);
    while (rows.length > 0) {
      const next = rows.length < PAGE ? Promise.resolve([]) : page(rows.at(-1)?.[0] ?? '');
      next.catch(() => undefined); // It is awaited at the next turn.
      yield {
        streams: rows.map(([streamId, tenantId, , last]) => ({ streamId, tenantId, upTo: last })),
        eventCount: rows.reduce((sum, [, , version]) => sum + version, 0),
      };
      rows = await next;
    }
  }

  /** Streams that moved since a mark, each to its last version: by now, or, for async ones, by the position of `until`. */
  async moved(since: Mark, until: Mark): Promise<readonly StreamExtent[]> {
    const { kind, streamTypes } = this.model;
    const rows =
      kind === 'inline'
        ? await this.ask<MovedValues>(MOVED_SINCE_TRANSACTION, [since.epoch, since.xid, streamTypes])
        : await this.ask<MovedValues>(MOVED_BETWEEN_POSITIONS, [since.position, until.position, streamTypes]);
    return rows.map(([streamId, tenantId, upTo]) => ({ streamId, tenantId, upTo }));
  }
}

type MovedValues = [streamId: string, tenantId: string, upTo: number];

const COUNT = fast(
  'streams_to_rebuild',
  'select count(*), coalesce(sum(version), 0)::bigint from stream_heads where stream_type = any ($1::text[])',
);

// A read model that was never built has no rows whose checkpoint matters: it is built to the head at once.
const MARK = fast(
  'rebuild_mark',
  `select s.epoch, pg_snapshot_xmin(pg_current_snapshot())::text,
     case when r.built_version is null then s.last_position else r.position end
   from seal_state s, read_models r where r.name = $1`,
);

const ALL = fast(
  'all_streams',
  `select h.stream_id, h.tenant_id, h.version, case when $3::bigint is not null then coalesce((
       select l.stream_version from sealed_events l where l.stream_id = h.stream_id and l.position <= $3
       order by l.stream_version desc limit 1), 0) end
   from stream_heads h where h.stream_type = any ($1::text[]) and h.stream_id > $2 order by h.stream_id limit $4`,
);

// Not `(epoch, xid) >= ($1, $2)`: of that the planner weighs the epoch only, and reads the whole table.
const MOVED_SINCE_TRANSACTION = fast(
  'moved_since_transaction',
  `select stream_id, tenant_id, max(stream_version) from stage_events
   where (epoch = $1 and xid >= $2::text::xid8 or epoch > $1) and stream_type = any ($3::text[]) group by 1, 2`,
);

const MOVED_BETWEEN_POSITIONS = fast(
  'moved_between_positions',
  `select l.stream_id, l.tenant_id, max(l.stream_version)
   from sealed_events l join stream_heads h using (stream_id)
   where l.position > $1 and l.position <= $2 and h.stream_type = any ($3::text[]) group by 1, 2`,
);
