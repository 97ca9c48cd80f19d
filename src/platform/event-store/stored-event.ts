import type { JsonObject } from '../../kernel/json.js';
import type { ActorType, Category, DomainEvent, Recorded } from '../../kernel/recorded-event.js';

/** An event read back from the timeline. `position` is there once it is sealed; `leafHash` is hex. */
export type StoredEvent = Recorded<DomainEvent> & Readonly<{ leafHash: string; position?: number }>;

/** A row of `stage_events`, with `position` where the query joined `sealed_events`. */
export type StageEventRow = Readonly<{
  tenant_id: string;
  stream_id: string;
  stream_version: string;
  id: string;
  stream_type: string;
  event_type: string;
  category: string;
  schema_version: number;
  correlation_id: string;
  causation_id: string;
  actor_type: string;
  actor_id: string;
  from_stage: string | null;
  to_stage: string | null;
  reason: string | null;
  detail: JsonObject;
  context: JsonObject;
  occurred_at: Date;
  recorded_at: Date;
  leaf_hash: Buffer;
  position?: string | null;
}>;

/** The columns every read of events selects, qualified by the table alias `e`. */
export const eventColumns = `e.tenant_id, e.stream_id, e.stream_version, e.id, e.stream_type, e.event_type, e.category,
  e.schema_version, e.correlation_id, e.causation_id, e.actor_type, e.actor_id, e.from_stage, e.to_stage, e.reason, e.detail,
  e.context, e.occurred_at, e.recorded_at, e.leaf_hash`;

/** Reads a row as an event. */
export function storedEvent(row: StageEventRow): StoredEvent {
  return {
    type: row.event_type,
    detail: row.detail,
    ...(row.from_stage === null ? {} : { fromStage: row.from_stage }),
    ...(row.to_stage === null ? {} : { toStage: row.to_stage }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    id: row.id,
    tenantId: row.tenant_id,
    streamId: row.stream_id,
    streamType: row.stream_type,
    streamVersion: Number(row.stream_version),
    category: row.category as Category,
    schemaVersion: row.schema_version,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    actor: { type: row.actor_type as ActorType, id: row.actor_id },
    context: row.context,
    occurredAt: row.occurred_at.toISOString(),
    recordedAt: row.recorded_at.toISOString(),
    leafHash: row.leaf_hash.toString('hex'),
    ...(row.position === null || row.position === undefined ? {} : { position: Number(row.position) }),
  };
}

/** An event of any stream, stored or about to be. */
export type AnyRecorded = Recorded<DomainEvent<string, object>>;

/** The columns that never change and that the writer knows: all but the two times, absent ones null. Their hash is the event's content hash. */
export function immutableColumns(event: AnyRecorded): Record<string, unknown> {
  return {
    tenant_id: event.tenantId,
    stream_id: event.streamId,
    stream_version: event.streamVersion,
    id: event.id,
    stream_type: event.streamType,
    event_type: event.type,
    category: event.category,
    schema_version: event.schemaVersion,
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    actor_type: event.actor.type,
    actor_id: event.actor.id,
    from_stage: event.fromStage ?? null,
    to_stage: event.toStage ?? null,
    reason: event.reason ?? null,
    detail: event.detail,
    context: event.context,
  };
}

/** An event as it goes over the wire: every column of the timeline. */
export function eventOnWire(
  event: AnyRecorded & Readonly<{ position?: number; leafHash?: string }>,
): Record<string, unknown> {
  return {
    position: event.position ?? null,
    ...immutableColumns(event),
    occurred_at: event.occurredAt,
    recorded_at: event.recordedAt,
    leaf_hash: event.leafHash ?? null,
  };
}
