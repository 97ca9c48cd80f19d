import { hash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { type AnyRecorded, immutableColumns } from './stored-event.js';

const CONTENT_START = tagged('stageline.content.1');
const LEAF_START = Buffer.concat([Buffer.of(0), tagged('stageline.event.1')]); // The zero is RFC 6962's mark of a leaf.
const YEAR_2000_MS = Date.UTC(2000, 0, 1);

/** The immutable columns of an event by name, absent values null: see `immutableColumns`. */
type Content = Readonly<Record<string, unknown>>;

/** The two times of an event, ISO 8601 to the millisecond. */
type Times = Readonly<{ occurredAt: string; recordedAt: string }>;

/**
 * SHA-256 over what the writer knows of an event: all its immutable columns but the two times.
 *
 * The bytes are the tag's length and the tag, the length of the canonical form as 8 bytes big-endian, and the canonical form:
 * RFC 8785 of an object keyed by column name, absent values null.
 */
export function contentHash(event: AnyRecorded): Buffer {
  return hashOf(immutableColumns(event));
}

/** The event's leaf in its seal's Merkle tree; the same as the SQL function `leaf_hash`, which docs/events.md describes. */
export function leafHash(event: AnyRecorded): Buffer {
  return leafOf(immutableColumns(event), event);
}

/** The leaf of an event that is at hand as it goes over the wire. */
export function leafOf(content: Content, { occurredAt, recordedAt }: Times): Buffer {
  const times = Buffer.alloc(16);
  times.writeBigInt64BE(microseconds(occurredAt), 0);
  times.writeBigInt64BE(microseconds(recordedAt), 8);
  return hash('sha256', Buffer.concat([LEAF_START, hashOf(content), times]), 'buffer');
}

function hashOf(content: Content): Buffer {
  const canonical = Buffer.from(canonicalJson(content), 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(canonical.length));
  return hash('sha256', Buffer.concat([CONTENT_START, length, canonical]), 'buffer');
}

/** PostgreSQL's binary form of a time. */
function microseconds(time: string): bigint {
  return BigInt(Date.parse(time) - YEAR_2000_MS) * 1000n;
}

function tagged(tag: string): Buffer {
  return Buffer.concat([Buffer.of(tag.length), Buffer.from(tag, 'ascii')]);
}
