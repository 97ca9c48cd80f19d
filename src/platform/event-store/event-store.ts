import { Injectable } from '@nestjs/common';
import { DatabaseError } from 'pg';
import { refuse } from '../../kernel/domain-error.js';
import type { Category } from '../../kernel/recorded-event.js';
import { Database } from '../database/database.js';
import { ClaimHeldError, ConcurrencyError, TransientError, UnwritableError } from './errors.js';
import type { Append, Appended, Claims, StoredAnswer } from './append.js';
import { appendParameters } from './append-parameters.js';
import { AppendQueue } from './append-queue.js';
import { Receipts } from './receipts.js';
import { type KnownTables, RowTables } from './row-tables.js';
import { type StageEventRow, type StoredEvent, eventColumns, storedEvent } from './stored-event.js';

/** Which events of a stream. Another `streamType` than the stream's has none: ids of one kind do not read another's. */
export type StreamSlice = Readonly<{
  afterVersion?: number;
  limit?: number | null;
  category?: Category;
  streamType?: string;
  /** Only what was recorded by then; ISO 8601. */
  recordedUntil?: string | null;
}>;

type AppendListener = (appends: readonly Append[]) => void;

const APPEND = {
  name: 'append_events',
  text: `select recorded from append_events(
    $1::text, $2::bigint[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::int[], $8::uuid[], $9::jsonb[],
    $10::timestamptz[], $11::text[], $12::bytea[], $13::text[], $14::jsonb[], $15::int[], $16::int[], $17::uuid[],
    $18::text[], $19::text[], $20::int[], $21::uuid[], $22::text[], $23::text[], $24::text[], $25::text[], $26::text[],
    $27::jsonb[], $28::bytea[], $29::int[], $30::text[], $31::text[], $32::int[], $33::text[], $34::bigint[], $35::int[],
    $36::int[], $37::int[], $38::int[], $39::bigint[], $40::boolean[], $41::text[])`,
};
const READ = {
  name: 'read_stream',
  text: `select ${eventColumns}, l.position from stage_events e left join sealed_events l using (stream_id, stream_version)
    where e.tenant_id = $1 and e.stream_id = $2 and e.stream_version > $3
      and ($5::text is null or e.category = $5) and ($6::text is null or e.stream_type = $6)
      and ($7::timestamptz is null or e.recorded_at <= $7) order by e.stream_version limit $4`,
};
const HELD = {
  name: 'held_claim',
  text: 'select claim, stream_id from stream_claims where tenant_id = $1 and claim = any ($2) and stream_id <> $3 limit 1',
};
const VERSION = {
  name: 'stream_version',
  text: 'select version from stream_heads where tenant_id = $1 and stream_id = $2',
};

/** The append-only store of streams. The protocol of an append is told in migrations/row-values/append-events.sql. */
@Injectable()
export class EventStore {
  private readonly listeners = new Set<AppendListener>();
  private readonly queue = new AppendQueue((appends) => this.append(appends));
  private readonly tables: RowTables;

  constructor(private readonly database: Database) {
    this.tables = new RowTables(database);
  }

  /**
   * Appends to one or many streams, each of which stands once, in one transaction and one round trip. A command whose key was answered before is
   * given that answer and writes nothing.
   *
   * Throws `ConcurrencyError`, `ClaimHeldError`, `TransientError` (try again) the refusal `idempotency-key-reused`, or
   * `UnwritableError`; then nothing is written.
   */
  async append(appends: readonly Append[]): Promise<readonly Appended[]> {
    try {
      const recorded = await this.write(appends);
      for (const listener of this.listeners) listener(appends);
      return recorded.map((recordedAt) => ({ recordedAt }));
    } catch (error) {
      return this.answerOrRefuse(appends, translated(error));
    }
  }

  /** Rows that turn out to be others than they were known, as after a rebuild, are sent again whole, in a form that asks nothing of their table. */
  private async write(appends: readonly Append[]): Promise<readonly string[]> {
    const tables = appends.some(hasRows) ? await this.tables.known() : null;
    try {
      return await this.send(written(appends, tables));
    } catch (error) {
      if (!isOtherRow(error)) throw error;
      this.tables.forget();
      return this.send(written(appends, null));
    }
  }

  private async send(values: unknown[]): Promise<readonly string[]> {
    const [row] = await this.database.call<{ recorded: readonly string[] }>(APPEND, values);
    return row?.recorded ?? [];
  }

  /**
   * A refused append may hold commands that were answered before: those are given their answers, and the others are sent without them.
   * Asked only now, because whoever repeats a key is as a rule answered before it comes to an append.
   */
  private async answerOrRefuse(appends: readonly Append[], refusal: unknown): Promise<readonly Appended[]> {
    const isConflict = [ConcurrencyError, ClaimHeldError, TransientError].some((kind) => refusal instanceof kind);
    if (!isConflict) throw refusal;
    const given = await Promise.all(appends.map((append) => this.answerGiven(append)));
    if (given.every((answer) => answer === null)) throw refusal;
    const others = appends.filter((_, index) => given[index] === null);
    const appended = others.length === 0 ? [] : await this.append(others);
    const outcomes = appended[Symbol.iterator]();
    return given.map((answer) => (answer === null ? (outcomes.next().value as Appended) : { replayed: answer }));
  }

  private async answerGiven({ receipt, events }: Append): Promise<StoredAnswer | null> {
    if (receipt === undefined) return null;
    const found = await new Receipts(this.database).find(events[0]?.tenantId ?? '', receipt.key);
    if (found !== null && found.requestHash !== receipt.requestHash) throw keyReused();
    return found?.answer ?? null;
  }

  /** Appends what one command writes, in one transaction with whatever else waits at that moment; fails as `append` does. */
  appendOne(append: Append): Promise<Appended> {
    return this.queue.append(append);
  }

  /** Events of one stream after a version, oldest first; `only` says which of them, and how many at most. */
  async read(tenantId: string, streamId: string, only: StreamSlice = {}): Promise<readonly StoredEvent[]> {
    const { afterVersion = 0, limit = null, category = null, streamType = null, recordedUntil = null } = only;
    const values = [tenantId, streamId, afterVersion, limit, category, streamType, recordedUntil];
    return (await this.database.query<StageEventRow>(tenantId, READ, values)).map(storedEvent);
  }

  /** The version a stream is at; 0 when there is none. */
  async version(tenantId: string, streamId: string): Promise<number> {
    const rows = await this.database.query<{ version: string }>(tenantId, VERSION, [tenantId, streamId]);
    return Number(rows[0]?.version ?? 0);
  }

  /** @throws ClaimHeldError where another stream holds one of the claims that this one would take. */
  async requireFree(tenantId: string, streamId: string, { take }: Claims): Promise<void> {
    if (take.length === 0) return;
    const [held] = await this.database.query<{ claim: string; stream_id: string }>(tenantId, HELD, [
      tenantId,
      take,
      streamId,
    ]);
    if (held !== undefined) throw new ClaimHeldError(held.claim, held.stream_id);
  }

  /** Calls `listener` after every append of this process with what was appended; answers how to stop that. */
  onAppended(listener: AppendListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function written(appends: readonly Append[], tables: KnownTables | null): unknown[] {
  try {
    return appendParameters(appends, tables);
  } catch (cause) {
    throw new UnwritableError(cause instanceof Error ? cause.message : 'It cannot be written.', { cause });
  }
}

function hasRows({ rows }: Append): boolean {
  for (const _table in rows) return true;
  return false;
}

function isOtherRow(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'SL004';
}

function translated(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const detail = JSON.parse(error.code?.startsWith('SL') === true ? (error.detail ?? '{}') : '{}') as Record<
    string,
    string | number
  >;
  switch (error.code ?? '') {
    case 'SL001':
      return new ConcurrencyError(String(detail['stream_id']), Number(detail['expected']), Number(detail['actual']));
    case 'SL003':
      return new ClaimHeldError(String(detail['claim']), String(detail['holder']));
    case '23505': // Answered before under its key.
      return error.constraint === 'pk_command_receipts' ? new TransientError(error.message, { cause: error }) : error;
    case '40001':
    case '40P01':
      return new TransientError(error.message, { cause: error });
    default:
      return error;
  }
}

function keyReused() {
  return refuse('idempotency-key-reused', 'This idempotency key was used for another request: make a new key.');
}
