import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventStore } from '../../platform/event-store/event-store.js';
import { inclusionProof } from '../../platform/event-store/inclusion-proof.js';
import { type MerkleTree, merkleTree } from '../../platform/event-store/merkle.js';
import { sealOnWire } from '../../platform/event-store/seal-on-wire.js';
import type { Seal } from '../../platform/event-store/seal.js';
import { type StoredEvent, eventOnWire } from '../../platform/event-store/stored-event.js';
import { TimelineReader } from '../../platform/event-store/timeline-reader.js';
import { Shutdown } from '../../platform/http/shutdown.js';
import { SOFTWARE_VERSION } from '../../platform/software-version.js';
import { SealReader } from '../audit/seal-reader.js';
import { requireRun } from '../require-run.js';
import {
  type ExportedEvent,
  type ExportHeader,
  type ExportScope,
  FORMAT,
  FORMAT_VERSION,
  isWhole,
  lineOf,
} from './export-format.js';
import { type ExportPart, ExportParts, isUnder } from './export-parts.js';

/** What was written so far. */
type Written = { events: number; seals: number; lastSeal: number };

/** Writes a timeline as a file that can be verified without this service: see export-format.ts. */
@Injectable()
export class TimelineExport {
  constructor(
    private readonly reader: TimelineReader,
    private readonly store: EventStore,
    private readonly parts: ExportParts,
    private readonly seals: SealReader,
    private readonly shutdown: Shutdown,
  ) {}

  /**
   * The file in pieces of text, up to the head of this moment. Where it breaks off, it has no last line.
   *
   * @throws DomainError `run-not-found`
   */
  async open(tenantId: string, scope: ExportScope): Promise<AsyncIterable<string>> {
    if (scope.run_id !== null) await requireRun(this.store, tenantId, scope.run_id);
    const head = await this.reader.head();
    const header: ExportHeader = {
      format: FORMAT,
      version: FORMAT_VERSION,
      tenant_id: tenantId,
      ...scope,
      head_position: head,
      made_at: new Date().toISOString(),
      software_version: SOFTWARE_VERSION,
    };
    return this.textOf(header);
  }

  private async *textOf(header: ExportHeader): AsyncGenerator<string> {
    const sum = createHash('sha256');
    const written = { events: 0, seals: 0, lastSeal: 0 };
    const summed = (text: string): string => {
      sum.update(text);
      return text;
    };
    yield summed(lineOf(header));
    for await (const part of this.partsOf(header)) {
      this.shutdown.signal.throwIfAborted();
      yield summed(await this.linesOf(part, written));
    }
    const { events, seals } = written;
    yield lineOf({ end: { events, seals, sha256: sum.digest('hex') } });
  }

  private partsOf(header: ExportHeader): AsyncIterable<ExportPart> {
    const { tenant_id: tenantId, head_position: head, run_id: streamId, from, to } = header;
    if (isWhole(header)) return this.parts.whole(tenantId, head);
    const given = Object.entries({ streamId, from, to }).filter(([, value]) => value !== null);
    return this.parts.filtered(tenantId, head, Object.fromEntries(given));
  }

  private async linesOf({ seals, events }: ExportPart, written: Written): Promise<string> {
    const leaves = await this.seals.leavesUnder(seals);
    const lines: string[] = [];
    for (const seal of seals) {
      if (seal.number > written.lastSeal) {
        lines.push(lineOf({ seal: sealOnWire(seal) }));
        written.seals += 1;
        written.lastSeal = seal.number;
      }
      const under = events.filter((event) => isUnder(event, seal));
      if (under.length > 0) lines.push(...eventLines(under, seal, merkleTree(leaves.get(seal.number) ?? [])));
      written.events += under.length;
    }
    return lines.join('');
  }
}

function eventLines(events: readonly StoredEvent[], { fromPosition }: Seal, tree: MerkleTree): readonly string[] {
  return events.map((event) => {
    const proof = inclusionProof(tree, (event.position ?? 0) - fromPosition);
    return lineOf({ event: eventOnWire(event) as ExportedEvent, path: proof.map((hash) => hash.toString('hex')) });
  });
}
