/**
 * How a read model follows the timeline.
 *
 *   look       where its checkpoint is, where the head is, which of its streams are parked
 *   page       the next stretch of positions; of it the events the read model depends on, whoever's they are
 *   fold       each stream they touch: on the rows this process still has, else from its first event up to its last on the page
 *   advance    rows, newly parked streams and the checkpoint in one statement, which compares the checkpoint before it moves it
 *
 * So the rows hold exactly what the timeline says up to the checkpoint. Crash anywhere: the next look begins from the checkpoint. Two
 * processes at once: one of them advances, the other has done its work for nothing and looks again.
 */
import type { Row } from '../../kernel/projection.js';
import type { Database } from '../database/database.js';
import type { ReadModel } from './read-models.js';
import { parkedOf, written } from './rebuild-steps.js';
import {
  type Ask,
  type FoldRow,
  type StreamEvent,
  type StreamExtent,
  fast,
  foldColumns,
  ignoredTypes,
  streamEvent,
} from './stream-events.js';
import { type FoldedStream, StreamFold, foldStreams } from './stream-fold.js';

/** Positions of a page: what is in memory at once, and what a crash has done for nothing. */
const PAGE = 1000;

/** Streams whose rows are kept from page to page; the one used longest ago makes room. */
const KEPT_STREAMS = 2000;

type Looked = Readonly<{ position: string; built_version: number | null; head: string; parked: readonly string[] }>;
type Page = Readonly<{ from: number; to: number; parked: ReadonlySet<string> }>;
type Touched = StreamExtent & { readonly first: number; readonly events: StreamEvent[] };
type Folded = Readonly<{ rows: readonly Row[]; failed: readonly FoldedStream[]; skipped: readonly string[] }>;

export class Follower {
  private readonly ask: Ask;
  private readonly kept = new Map<string, StreamFold>();
  private keptAt = 0;

  constructor(
    private readonly model: ReadModel,
    private readonly database: Database,
  ) {
    this.ask = (statement, values) => database.systemQuery(statement, values) as never;
  }

  /** Does one page; answers which streams failed on it, null when there is nothing to do, or another process is doing it. */
  async next(): Promise<readonly FoldedStream[] | null> {
    const page = await this.look();
    if (page === null) return null;
    if (this.keptAt !== page.from) this.kept.clear();
    const folded = await this.fold(page, await this.touched(page));
    const { name, version } = this.model.projection;
    const parked = JSON.stringify(folded.failed.flatMap(parkedOf));
    const values = [name, version, page.from, page.to, written(folded.rows), folded.skipped, parked];
    const [answer] = await this.database.systemQuery<{ moved: boolean }>(ADVANCE, values);
    if (answer?.moved !== true) {
      this.forget();
      return null;
    }
    this.keptAt = page.to;
    return folded.failed;
  }

  /** Forgets all rows: they may be ahead of the checkpoint. */
  forget(): void {
    this.kept.clear();
  }

  private async look(): Promise<Page | null> {
    const { name, version } = this.model.projection;
    const [row] = await this.database.systemQuery<Looked>(LOOK, [name]);
    if (row === undefined) throw new Error(`There is no table for the read model ${name}.`);
    const [from, head] = [Number(row.position), Number(row.head)];
    if (row.built_version === null || row.built_version > version || head <= from) return null;
    return { from, to: Math.min(head, from + PAGE), parked: new Set(row.parked) };
  }

  private async touched({ from, to }: Page): Promise<readonly Touched[]> {
    const values = [from, to, ignoredTypes(this.model), this.model.streamTypes];
    const streams = new Map<string, Touched>();
    for (const stored of (await this.ask<FoldRow>(EVENTS, values)).map(streamEvent)) {
      const { streamId, tenantId, streamVersion } = stored.event;
      const known = streams.get(streamId);
      const events = known?.events ?? [];
      events.push(stored);
      streams.set(streamId, { streamId, tenantId, upTo: streamVersion, first: known?.first ?? streamVersion, events });
    }
    return [...streams.values()];
  }

  private async fold({ parked }: Page, touched: readonly Touched[]): Promise<Folded> {
    const going = touched.filter(({ streamId }) => !parked.has(streamId));
    const skipped = touched.filter(({ streamId }) => parked.has(streamId)).map(({ streamId }) => streamId);
    const folds = new Map<string, FoldedStream>(
      going.filter((one) => this.isAtHand(one)).map((one) => [one.streamId, this.goOn(one)]),
    );
    const anew = going.filter(({ streamId }) => !folds.has(streamId));
    for await (const ready of foldStreams(this.ask, this.model, anew)) {
      for (const fold of ready) folds.set(fold.streamId, this.keep(fold));
    }
    const rows = going.flatMap((one) => changedRows(folds.get(one.streamId), one.first));
    const failed = [...folds.values()].filter(({ failure }) => failure !== null);
    for (const { streamId } of failed) this.kept.delete(streamId);
    return { rows, failed, skipped };
  }

  private isAtHand({ streamId, first }: Touched): boolean {
    return first === 1 || this.kept.has(streamId);
  }

  private goOn(stream: Touched): FoldedStream {
    const fold = this.kept.get(stream.streamId) ?? new StreamFold(this.model, stream);
    for (const event of stream.events) fold.add(event);
    return this.keep(fold);
  }

  private keep(fold: StreamFold): FoldedStream {
    this.kept.delete(fold.streamId);
    this.kept.set(fold.streamId, fold);
    const oldest = this.kept.size > KEPT_STREAMS ? this.kept.keys().next() : null;
    if (oldest?.done === false) this.kept.delete(oldest.value);
    return fold;
  }
}

function changedRows(fold: FoldedStream | undefined, since: number): readonly Row[] {
  return [...(fold?.rows.values() ?? [])].filter((row) => Number(row['streamVersion']) >= since);
}

const LOOK = {
  name: 'look_at_read_model',
  text: `select r.position, r.built_version, s.last_position as head,
      array(select stream_id from parked_streams p where p.name = r.name and not in_rebuild) as parked
    from read_models r, seal_state s where r.name = $1`,
};

const EVENTS = fast(
  'events_of_positions',
  `select e.stream_id, e.tenant_id, ${foldColumns}
   from sealed_events l join stage_events e using (stream_id, stream_version)
   where l.position > $1 and l.position <= $2 and l.event_type <> all ($3::text[]) and e.stream_type = any ($4::text[])
   order by l.position`,
);

const ADVANCE = {
  name: 'advance_read_model',
  text: 'select advance_read_model($1, $2, $3, $4, $5, $6, $7) as moved',
};
