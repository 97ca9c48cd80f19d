import { hash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { type AnyRecorded, immutableColumns } from './stored-event.js';

const CONTENT_START = tagged('stageline.content.1');
const LEAF_START = Buffer.concat([Buffer.of(0), tagged('stageline.event.1')]); // The zero is RFC 6962's mark of a leaf.
const LENGTH_BYTES = 8;
const YEAR_2000_MS = Date.UTC(2000, 0, 1);

/** The immutable columns of an event by name, absent values null: see `immutableColumns`. */
type Content = Readonly<Record<string, unknown>>;

/** The two times of an event, ISO 8601 to the millisecond. */
type Times = Readonly<{ occurredAt: string; recordedAt: string }>;

/**
 * SHA-256 over what the writer knows of an event: all its immutable columns but the two times.
 *
 * The bytes are the tag's length and the tag, the length of the canonical form as 8 bytes big-endian, and the canonical form:
 * RFC 8785 of an object keyed by column name, absent values null. `detail` is that of the event's detail, for whoever has it.
 */
export function contentHash(event: AnyRecorded, detail = canonicalJson(event.detail)): Buffer {
  return hashOf(canonicalContent(event, detail));
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
  return hash('sha256', Buffer.concat([LEAF_START, hashOf(canonicalJson(content)), times]), 'buffer');
}

function hashOf(canonical: string): Buffer {
  const size = Buffer.byteLength(canonical);
  const bytes = Buffer.allocUnsafe(CONTENT_START.length + LENGTH_BYTES + size);
  CONTENT_START.copy(bytes);
  bytes.writeBigUInt64BE(BigInt(size), CONTENT_START.length);
  bytes.write(canonical, CONTENT_START.length + LENGTH_BYTES);
  return Buffer.from(hash('sha256', bytes, 'hex'), 'hex'); // Twice as fast as to ask for a buffer.
}

/**
 * The canonical form of `immutableColumns`, put together in the order of their names: each append does this for each event, and sorting the same names
 * every time is what costs.
 */
function canonicalContent(event: AnyRecorded, detail: string): string {
  const { actor, context } = event;
  return (
    `{"actor_id":${canonicalJson(actor.id)},"actor_type":${canonicalJson(actor.type)},` +
    `"category":${canonicalJson(event.category)},"causation_id":${canonicalJson(event.causationId)},` +
    `"context":${canonicalJson(context)},"correlation_id":${canonicalJson(event.correlationId)},` +
    `"detail":${detail},"event_type":${canonicalJson(event.type)},` +
    `"from_stage":${canonicalJson(event.fromStage ?? null)},"id":${canonicalJson(event.id)},` +
    `"reason":${canonicalJson(event.reason ?? null)},"schema_version":${canonicalJson(event.schemaVersion)},` +
    `"stream_id":${canonicalJson(event.streamId)},"stream_type":${canonicalJson(event.streamType)},` +
    `"stream_version":${canonicalJson(event.streamVersion)},"tenant_id":${canonicalJson(event.tenantId)},` +
    `"to_stage":${canonicalJson(event.toStage ?? null)}}`
  );
}

/** PostgreSQL's binary form of a time. */
function microseconds(time: string): bigint {
  return BigInt(Date.parse(time) - YEAR_2000_MS) * 1000n;
}

function tagged(tag: string): Buffer {
  return Buffer.concat([Buffer.of(tag.length), Buffer.from(tag, 'ascii')]);
}
