import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type AnyRecorded, immutableColumns } from './stored-event.js';

const CONTENT_TAG = 'stageline.content.1';
const LEAF_TAG = 'stageline.event.1';
const YEAR_2000_MS = Date.UTC(2000, 0, 1);

/**
 * SHA-256 over what the writer knows of an event: all its immutable columns but the two times.
 *
 * The bytes are the tag's length and the tag, the length of the canonical form as 8 bytes big-endian, and the canonical form:
 * RFC 8785 of an object keyed by column name, absent values null.
 */
export function contentHash(event: AnyRecorded): Buffer {
  const canonical = Buffer.from(canonicalize(immutableColumns(event)) ?? '', 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(canonical.length));
  return createHash('sha256').update(tagged(CONTENT_TAG)).update(length).update(canonical).digest();
}

/** The event's leaf in its seal's Merkle tree; the same as the SQL function `leaf_hash`, which docs/events.md describes. */
export function leafHash(event: AnyRecorded): Buffer {
  const times = Buffer.alloc(16);
  times.writeBigInt64BE(microseconds(event.occurredAt), 0);
  times.writeBigInt64BE(microseconds(event.recordedAt), 8);
  return createHash('sha256')
    .update(Buffer.of(0))
    .update(tagged(LEAF_TAG))
    .update(contentHash(event))
    .update(times)
    .digest();
}

/** PostgreSQL's binary form of a time. */
function microseconds(time: string): bigint {
  return BigInt(Date.parse(time) - YEAR_2000_MS) * 1000n;
}

function tagged(tag: string): Buffer {
  return Buffer.concat([Buffer.of(tag.length), Buffer.from(tag, 'ascii')]);
}
