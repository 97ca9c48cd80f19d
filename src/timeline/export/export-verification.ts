/**
 * Verifies an exported timeline with nothing but the file and public keys, line by line; memory does not grow with the file.
 *
 *   header, then seals with their events, (seal event*)*, then the end and nothing more
 *
 * A seal counts by its signature, and by its place in the chain where the seal before it is in the file. An event counts by a proof of its
 * own, so that the first one that is not as it was recorded is named, whatever else was made to match. What nobody signed, such as the
 * header, is held against what is signed, and against accidents by the sum in the last line. docs/export-format.md says what stays open.
 */
import { createHash } from 'node:crypto';
import type { Seal } from '../../platform/event-store/seal.js';
import { sealFromWire } from '../../platform/event-store/seal-on-wire.js';
import { type Fault, type TrustedKeys, endFault, eventFault, sealFault } from './export-faults.js';
import { type ExportHeader, MAX_LINE_BYTES } from './export-format.js';
import { type Line, linesIn } from './lines-in.js';
import { type ReadLine, readLine } from './read-line.js';

/** The first thing that is wrong; `line` counts from 1. */
export type ExportFinding = Fault & Readonly<{ line: number }>;

/** What was verified, before the finding where there is one. */
export type Verified = Readonly<{
  header: ExportHeader | null;
  eventCount: number;
  sealCount: number;
  lastPosition: number;
  lastVersion: number;
  lastSeal: Seal | null;
  isEnded: boolean;
}>;

export type ExportVerdict =
  | Readonly<{ finding: null; header: ExportHeader; verified: Verified }>
  | Readonly<{ finding: ExportFinding; verified: Verified }>;

const nothing: Verified = {
  header: null,
  eventCount: 0,
  sealCount: 0,
  lastPosition: 0,
  lastVersion: 0,
  lastSeal: null,
  isEnded: false,
};

/** Reads a file to its end, or to the first line that is wrong. */
export async function verifyExport(pieces: AsyncIterable<Buffer>, keys: TrustedKeys): Promise<ExportVerdict> {
  const sum = createHash('sha256');
  let verified = nothing;
  let number = 0;
  for await (const line of linesIn(pieces, MAX_LINE_BYTES)) {
    number += 1;
    const read = boundsFault(line, verified) ?? readLine(line.bytes);
    const fault = 'message' in read ? read : faultIn(read, verified, keys, () => sum.copy().digest('hex'));
    if (fault !== null) return { finding: { ...fault, line: number }, verified };
    if (!('message' in read)) verified = after(read, verified);
    sum.update(line.bytes).update('\n');
  }
  const { header, isEnded } = verified;
  if (isEnded && header !== null) return { finding: null, header, verified };
  const message = number === 0 ? 'The file is empty.' : 'The file is cut off: its last line is missing.';
  return { finding: { message, line: number + 1 }, verified };
}

function boundsFault({ bytes, isEnded }: Line, { header, isEnded: isOver }: Verified): Fault | null {
  if (isOver) return { message: 'The file goes on after its end.' };
  if (header === null && bytes[0] === 0x1f && bytes[1] === 0x8b)
    return { message: 'The file is compressed (gzip). Unpack it first.' };
  if (isEnded) return null;
  const isCutOff = bytes.length < MAX_LINE_BYTES;
  return {
    message: isCutOff
      ? 'The file is cut off: its last line does not end.'
      : `The line is longer than ${String(MAX_LINE_BYTES)} bytes.`,
  };
}

function faultIn(line: ReadLine, verified: Verified, keys: TrustedKeys, sumSoFar: () => string): Fault | null {
  const { header } = verified;
  if (line.kind === 'header') return header === null ? null : { message: 'There is a second header.' };
  if (header === null) return { message: 'The file does not begin with a header.' };
  switch (line.kind) {
    case 'seal':
      return sealFault(sealFromWire(line.seal), { ...verified, header }, keys);
    case 'event':
      return eventFault(line, { ...verified, header });
    case 'end':
      return endFault(line.end, { ...verified, header }, sumSoFar());
  }
}

function after(line: ReadLine, verified: Verified): Verified {
  switch (line.kind) {
    case 'header':
      return { ...verified, header: line.header };
    case 'seal':
      return { ...verified, sealCount: verified.sealCount + 1, lastSeal: sealFromWire(line.seal) };
    case 'event': {
      const { position: lastPosition, stream_version: lastVersion } = line.event;
      return { ...verified, eventCount: verified.eventCount + 1, lastPosition, lastVersion };
    }
    case 'end':
      return { ...verified, isEnded: true };
  }
}
