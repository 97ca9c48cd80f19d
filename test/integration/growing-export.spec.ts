import { createPublicKey } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as newId } from 'uuid';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { Shutdown } from '../../src/platform/http/shutdown.js';
import { SealReader } from '../../src/timeline/audit/seal-reader.js';
import { ExportParts } from '../../src/timeline/export/export-parts.js';
import { verifyExport } from '../../src/timeline/export/export-verification.js';
import { TimelineExport } from '../../src/timeline/export/timeline-export.js';
import { note, openStore, sealAll } from '../support/store.js';

const WHOLE = { run_id: null, from: null, to: null };

let opened: Awaited<ReturnType<typeof openStore>>;
let timeline: TimelineExport;
beforeAll(async () => {
  opened = await openStore();
  const { database, store, reader } = opened;
  const seals = new SealReader(database);
  timeline = new TimelineExport(reader, store, new ExportParts(reader, seals), seals, new Shutdown());
});
afterAll(() => opened.close());

async function sealedNote(): Promise<void> {
  const streamId = newId();
  await opened.store.append([{ streamId, expectedVersion: 0, events: [note(streamId, 1)], rows: {} }]);
  await sealAll(opened);
}

async function verdictOn(pieces: readonly string[]) {
  const { current } = await opened.verification.keys();
  const file = Readable.from([Buffer.from(pieces.join(''))]) as AsyncIterable<Buffer>;
  return verifyExport(file, new Map([[current.id, createPublicKey(current.publicKeyPem)]]));
}

describe('an export of a timeline that grows meanwhile', () => {
  it('ends at the head of its beginning, and verifies', async () => {
    for (let count = 0; count < 3; count += 1) await sealedNote();
    const text = await timeline.open(DEFAULT_TENANT_ID, WHOLE);
    const pieces: string[] = [];
    for await (const piece of text) {
      if (pieces.length === 0) await sealedNote();
      pieces.push(piece);
    }
    const { finding, verified } = await verdictOn(pieces);
    expect({ finding, events: verified.eventCount, last: verified.lastSeal?.toPosition }).toEqual({
      finding: null,
      events: 3,
      last: 3,
    });
  });
});
