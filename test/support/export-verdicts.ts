/** A small timeline with everything in it that an export may have, and the verdicts on files of it. */
import { Readable } from 'node:stream';
import { expect } from '@jest/globals';
import type { EventLine, ExportLine, ExportScope, SealLine } from '../../src/timeline/export/export-format.js';
import { type ExportVerdict, verifyExport } from '../../src/timeline/export/export-verification.js';
import { faultyLine } from './documented-export.js';
import { RUN, WHOLE, newKey, ours, oursToo, theirs, timelineOf } from './sample-export.js';

export const [key, laterKey] = [newKey(), newKey()];
export const trusted = new Map([key, laterKey].map(({ id, publicKey }) => [id, publicKey]));
const pems = [key, laterKey].map(({ publicKeyPem }) => publicKeyPem);

export const OF_RUN: ExportScope = { ...WHOLE, run_id: RUN };
export const PERIOD: ExportScope = { ...WHOLE, from: '2026-03-01T12:00:13.000Z', to: '2026-03-01T12:00:17.000Z' };
/** Nine events of two runs and two tenants under four seals by two keys, one of which holds nothing of ours. */
const owners = [ours, oursToo, ours, theirs, ours, oursToo, theirs, theirs, ours];
export const timeline = timelineOf(owners, [1, 5, 2, 1], [key, laterKey]);

export function verify(file: Buffer, pieceBytes = file.length + 1): Promise<ExportVerdict> {
  const pieces = Array.from({ length: Math.ceil(file.length / pieceBytes) }, (_none, index) =>
    file.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  return verifyExport(Readable.from(pieces) as AsyncIterable<Buffer>, trusted);
}

/** Our verdict, which the verifier that was written from the document has to share to the line. */
export async function findingIn(file: Buffer) {
  const { finding } = await verify(file);
  expect(faultyLine(file, pems)).toBe(finding?.line ?? null);
  return finding;
}

export const isEvent = (line: ExportLine): line is EventLine => 'event' in line;
export const isSeal = (line: ExportLine): line is SealLine => 'seal' in line;
export const flip = (hex: string): string => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);
