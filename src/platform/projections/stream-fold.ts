/**
 * The engine: *fold these streams and hand out their rows*. A read model's rows of one stream are a function of that stream's events
 * alone, so bulk loading, catching up, time travel and a parked stream's retry differ only in which streams they name, and how much of
 * each. Rows are guarded by `stream_version` wherever they are put, so folding a stream once more changes nothing.
 */
import { type Projected, type Row, projectInto } from '../../kernel/projection.js';
import type { AnyEvent, ReadModel } from './read-models.js';
import { type Ask, type StreamEvent, type StreamExtent, eventPages, streamEvent } from './stream-events.js';

/** The event that a read model could not take, and why. */
export type Failure = Readonly<{ event: Projected<AnyEvent>; error: string }>;

/** What became of one stream: its rows, as its last event left them or as they stood before the one that failed. */
export type FoldedStream = Readonly<{
  streamId: string;
  tenantId: string;
  rows: ReadonlyMap<string, Row>;
  failure: Failure | null;
}>;

/** Rows of one stream that grow event by event. After a failure its later events wait: they change nothing any more. */
export class StreamFold implements FoldedStream {
  readonly streamId: string;
  readonly tenantId: string;
  failure: Failure | null = null;

  constructor(
    private readonly model: ReadModel,
    { streamId, tenantId }: Readonly<{ streamId: string; tenantId: string }>,
    readonly rows = new Map<string, Row>(),
  ) {
    this.streamId = streamId;
    this.tenantId = tenantId;
  }

  add({ event, schemaVersion }: StreamEvent): void {
    if (this.failure !== null) return;
    const { catalogue, projection } = this.model;
    try {
      const known = (catalogue as Readonly<Record<string, { schemaVersion: number } | undefined>>)[event.type];
      if ((known?.schemaVersion ?? 0) < schemaVersion)
        throw new Error(newer(projection.name, event.type, schemaVersion));
      projectInto(projection, this.rows, event);
    } catch (error) {
      this.failure = { event, error: error instanceof Error ? error.message : String(error) };
    }
  }
}

/**
 * Folds streams from their first event on, each to its extent, and hands them out as they get ready. Those without events are left out.
 */
export async function* foldStreams(
  ask: Ask,
  model: ReadModel,
  streams: readonly StreamExtent[],
  recordedUntil: string | null = null,
): AsyncGenerator<readonly StreamFold[]> {
  const extents = new Map(streams.map(({ streamId, upTo }) => [streamId, upTo ?? Infinity]));
  let open: StreamFold | null = null;
  for await (const page of eventPages(ask, model, streams, recordedUntil)) {
    const ready: StreamFold[] = [];
    for (const row of page) {
      const stored = streamEvent(row);
      const { streamId, streamVersion } = stored.event;
      if (streamVersion > (extents.get(streamId) ?? 0)) continue;
      if (open?.streamId !== streamId) {
        if (open !== null) ready.push(open);
        open = new StreamFold(model, stored.event);
      }
      open.add(stored);
    }
    yield ready;
  }
  if (open !== null) yield [open];
}

function newer(name: string, type: string, schemaVersion: number): string {
  return `A stream of ${name} has a ${type} in version ${String(schemaVersion)}: newer software wrote it. Update this process.`;
}
