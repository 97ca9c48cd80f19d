import { Injectable } from '@nestjs/common';
import type { Seal } from '../../platform/event-store/seal.js';
import { sealBatches } from '../../platform/event-store/seal-batches.js';
import type { StoredEvent } from '../../platform/event-store/stored-event.js';
import { type TimelineFilter, TimelineReader } from '../../platform/event-store/timeline-reader.js';
import { SealReader } from '../audit/seal-reader.js';

/** Seals in order, and the exported events under them, in order. A seal may come again as the first of the next part. */
export type ExportPart = Readonly<{ seals: readonly Seal[]; events: readonly StoredEvent[] }>;

const SEALS_A_PAGE = 500;
const EVENTS_A_PAGE = 500;

/** How many leaves a part may take into memory. */
const LEAVES_A_PART = 2000;

/** Reads what an export is made of, in parts of bounded size, up to a head that was read before. */
@Injectable()
export class ExportParts {
  constructor(
    private readonly reader: TimelineReader,
    private readonly seals: SealReader,
  ) {}

  /**
   * Everything of a tenant, under every seal up to the head: those without an event of its own keep the chain whole. A head is where a seal
   * ends; those that are made meanwhile lie beyond it.
   */
  async *whole(tenantId: string, head: number): AsyncGenerator<ExportPart> {
    let [number, after] = [0, 0];
    while (after < head) {
      const listed = await this.seals.list(number, SEALS_A_PAGE);
      const upToHead = listed.filter(({ toPosition }) => toPosition <= head);
      const [seals = []] = sealBatches(upToHead, LEAVES_A_PART);
      const last = seals.at(-1);
      if (last === undefined) throw new Error(`Position ${String(head)} has no seal: verify the timeline.`);
      const asked = { after, limit: last.toPosition - after + 1 };
      yield { seals, events: (await this.reader.readUpTo(last.toPosition, tenantId, asked)).events };
      [number, after] = [last.number, last.toPosition];
    }
  }

  /** The events that pass a filter, under the seals they need. */
  async *filtered(tenantId: string, head: number, filter: TimelineFilter): AsyncGenerator<ExportPart> {
    for (let [after, isDone] = [0, false]; !isDone;) {
      const page = await this.reader.readUpTo(head, tenantId, { after, limit: EVENTS_A_PAGE, filter });
      const positions = page.events.map(({ position = 0 }) => position);
      for (const seals of sealBatches(await this.seals.overAll(positions), LEAVES_A_PART)) {
        yield { seals, events: page.events.filter((event) => seals.some((seal) => isUnder(event, seal))) };
      }
      [after, isDone] = [page.next, page.atHead];
    }
  }
}

/** Whether an event is under a seal. */
export function isUnder({ position = 0 }: StoredEvent, { fromPosition, toPosition }: Seal): boolean {
  return fromPosition <= position && position <= toPosition;
}
