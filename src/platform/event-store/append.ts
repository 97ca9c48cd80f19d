import type { Row } from '../../kernel/projection.js';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';

/** Names one stream at a time may hold. */
export type Claims = Readonly<{ take: readonly string[]; release: readonly string[] }>;

/** What is stored under an idempotency key: the answer as it went out, but for what is personal in it. */
export type StoredAnswer = Readonly<{
  status: number;
  body: unknown;
  headers: Readonly<Record<string, string>>;
  /** Whose encrypted fields the body has; they are opened on the way out, so that an answer does not outlive an erasure. */
  personId?: string;
}>;

/** A row of an inline read model as an append leaves it, folded by that version of its projection. */
export type ChangedRow = Readonly<{
  row: Row;
  version: number;
  /** As it was, where the table is known to hold it: this process wrote or read it. */
  from?: Row;
}>;

/** What one command, or several after each other, write to one stream, all or nothing. Events carry the placeholder for the time they are recorded at. */
export type Append = Readonly<{
  streamId: string;
  expectedVersion: number;
  events: readonly Recorded<DomainEvent<string, object>>[];
  /** Rows of inline read models by table. */
  rows: Readonly<Record<string, readonly ChangedRow[]>>;
  claims?: Claims;
  receipt?: Readonly<{ key: string; requestHash: string; answer: StoredAnswer }>;
}>;

/** What became of one command: recorded at a time, or already answered under its idempotency key. */
export type Appended = Readonly<{ recordedAt: string }> | Readonly<{ replayed: StoredAnswer }>;
