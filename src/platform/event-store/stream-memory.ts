import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Row } from '../../kernel/projection.js';
import type { DomainEvent } from '../../kernel/recorded-event.js';
import { Database } from '../database/database.js';
import { EventStore } from './event-store.js';
import { entriesOf, laidRows } from './laid-rows.js';
import { type Folded, foldEvents, nothingYet, withoutFinalRows } from './folded.js';
import type { StoredEvent } from './stored-event.js';
import { type StreamType, eventsOf } from './stream-type.js';

/** How many streams are kept folded, and about how many characters; those used longest ago make room. */
const KEPT_STREAMS = 2000;
const KEPT_SIZE = 500_000_000;
const USUAL_SIZE = 10_000;

/** A load that folds more events than this leaves a snapshot for the next one. */
const SNAPSHOT_AFTER_EVENTS = 200;

type AnyStreamType<State, Event extends DomainEvent<string, object>> = StreamType<State, never, Event>;
type Kept = Readonly<{ folded: Folded<unknown>; size: number }>;
type Snapshot = Readonly<{ version: string; folded: { state: unknown; rows: Record<string, [string, Row][]> } }>;

/**
 * Streams as they were last folded in this process. What is kept may be behind the database, never wrong about its version: an append
 * compares the version, and a refusal is given only after looking (see CommandExecutor).
 */
@Injectable()
export class StreamMemory {
  private readonly kept = new Map<string, Kept>();
  private keptSize = 0;

  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
  ) {}

  /** The stream as this process knows it, or null. */
  recall<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
  ): Folded<State> | null {
    const key = streamKey(type, tenantId, streamId);
    const known = this.kept.get(key);
    if (known === undefined) return null;
    this.kept.delete(key);
    this.kept.set(key, known); // Used last, forgotten last.
    return known.folded as Folded<State>;
  }

  /** The stream as it stands in the database: what this process remembers, else a snapshot that fits, and the events after it. */
  async load<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
  ): Promise<Folded<State>> {
    const remembered = this.recall(type, tenantId, streamId);
    const found = remembered === null ? null : await this.eventsSince(type, tenantId, streamId, remembered);
    if (remembered !== null && found !== null) return this.goOn(type, tenantId, streamId, [remembered, found]);
    this.forget(streamKey(type, tenantId, streamId));
    const start = (await this.snapshot(type, tenantId, streamId)) ?? nothingYet(type);
    const tail = await this.store.read(tenantId, streamId, { afterVersion: start.version, streamType: type.name });
    return this.goOn(type, tenantId, streamId, [start, tail]);
  }

  /** Null where what is remembered is not how the timeline begins: it was restored from a backup since. */
  private async eventsSince(
    type: Readonly<{ name: string }>,
    tenantId: string,
    streamId: string,
    { version, lastEventId }: Folded<unknown>,
  ): Promise<readonly StoredEvent[] | null> {
    const slice = { afterVersion: version - 1, streamType: type.name };
    const [last, ...tail] = await this.store.read(tenantId, streamId, slice);
    return last !== undefined && last.id === lastEventId ? tail : null;
  }

  private async goOn<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
    [start, tail]: readonly [Folded<State>, readonly StoredEvent[]],
  ): Promise<Folded<State>> {
    const known = foldEvents(type, start, eventsOf(type, tail));
    const folded = tail.length === 0 ? known : { ...known, rowsKnownAfter: known.version }; // Others wrote those events, and their rows.
    const kept = withoutFinalRows(type, folded);
    if (tail.length > SNAPSHOT_AFTER_EVENTS) await this.takeSnapshot(type, tenantId, streamId, kept);
    this.keep(type, tenantId, streamId, kept);
    return folded;
  }

  /** The stream as it stands: from memory where that is up to date. */
  async current<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
  ): Promise<Folded<State>> {
    const remembered = this.recall(type, tenantId, streamId);
    if (remembered !== null && remembered.version === (await this.store.version(tenantId, streamId))) return remembered;
    return this.load(type, tenantId, streamId);
  }

  keep<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
    folded: Folded<State>,
  ): void {
    if (folded.version === 0) return; // Whether there will ever be such a stream is not for us to remember.
    if (type.isWorthKeeping?.(folded.state) === false) this.forget(streamKey(type, tenantId, streamId));
    else this.remember(type, tenantId, streamId, folded);
  }

  /** Takes in a stream as somebody else has it, where this process knows less of it. An append compares the version all the same. */
  learn<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
    folded: Folded<State>,
  ): void {
    const known = this.kept.get(streamKey(type, tenantId, streamId));
    if (known === undefined || known.folded.version < folded.version) this.remember(type, tenantId, streamId, folded);
  }

  private remember<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
    folded: Folded<State>,
  ): void {
    const key = streamKey(type, tenantId, streamId);
    const size = type.sizeOf?.(folded.state) ?? USUAL_SIZE;
    this.forget(key);
    this.kept.set(key, { folded, size });
    this.keptSize += size;
    for (const oldest of this.kept.keys()) {
      if (oldest === key || (this.kept.size <= KEPT_STREAMS && this.keptSize <= KEPT_SIZE)) return;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    this.keptSize -= this.kept.get(key)?.size ?? 0;
    this.kept.delete(key);
  }

  private async snapshot<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
  ): Promise<Folded<State> | null> {
    const [found] = await this.database.query<Snapshot>(tenantId, FIND_SNAPSHOT, [
      tenantId,
      streamId,
      fingerprint(type),
    ]);
    if (found === undefined) return null;
    const rows = Object.entries(found.folded.rows).map(([table, list]) => [table, laidRows(new Map(list))] as const);
    return { version: Number(found.version), state: found.folded.state as State, rows: Object.fromEntries(rows) };
  }

  private async takeSnapshot<State, Event extends DomainEvent<string, object>>(
    type: AnyStreamType<State, Event>,
    tenantId: string,
    streamId: string,
    { version, state, rows }: Folded<State>,
  ): Promise<void> {
    const lists = Object.fromEntries(Object.entries(rows).map(([table, laid]) => [table, entriesOf(laid)]));
    await this.database.query(tenantId, TAKE_SNAPSHOT, [
      tenantId,
      streamId,
      version,
      fingerprint(type),
      JSON.stringify({ state, rows: lists }),
    ]);
  }
}

/** A stream's name in this process. The type belongs to it: an id sent to the wrong route must not find another kind's state. */
export function streamKey(type: Readonly<{ name: string }>, tenantId: string, streamId: string): string {
  return `${tenantId}/${type.name}/${streamId}`;
}

/** What a snapshot depends on besides events: the code that folded them. */
function fingerprint<State, Event extends DomainEvent<string, object>>(type: AnyStreamType<State, Event>): string {
  const parts = [
    type.name,
    type.stateVersion,
    ...type.projections.map(({ name, version }) => `${name}@${String(version)}`),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const FIND_SNAPSHOT = {
  name: 'find_snapshot',
  text: 'select version, folded from stream_snapshots where tenant_id = $1 and stream_id = $2 and fingerprint = $3',
};

const TAKE_SNAPSHOT = {
  name: 'take_snapshot',
  text: `insert into stream_snapshots as s (tenant_id, stream_id, version, fingerprint, folded) values ($1, $2, $3, $4, $5)
    on conflict (stream_id) do update
      set version = excluded.version, fingerprint = excluded.fingerprint, folded = excluded.folded
      where s.version < excluded.version or s.fingerprint <> excluded.fingerprint`,
};
