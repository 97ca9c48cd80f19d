/**
 * `stageline verify FILE --key public.pem`: whether an exported timeline is as it was recorded, by the file and public keys alone.
 * Loads nothing of the service, opens nothing but these files. Ends with 1 where something is wrong, with 2 where it cannot be told.
 */
import { type KeyObject, createPublicKey } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { keyId } from './platform/event-store/sealing-key.js';
import { CommandError } from './command-error.js';
import type { TrustedKeys } from './timeline/export/export-faults.js';
import { type ExportHeader, isWhole } from './timeline/export/export-format.js';
import { type ExportFinding, type Verified, verifyExport } from './timeline/export/export-verification.js';

const CANNOT_TELL = 2;
const PIECE_BYTES = 256 * 1024;

/** Verifies a file and answers what to print. Throws `CommandError` naming the first line that is wrong, or what cannot be read. */
export async function verifyFile(file: string, keyFiles: readonly string[]): Promise<string> {
  if (keyFiles.length === 0)
    throw cannotTell('Give the public key with --key public.pem; docs/runbook.md says where it is from.');
  const keys = await keysIn(keyFiles);
  const pieces = createReadStream(file, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
  const verdict = await verifyExport(pieces, keys).catch((error: unknown) => {
    throw cannotTell(`${file} cannot be read: ${(error as Error).message}`, error);
  });
  if (verdict.finding !== null) throw new CommandError(complaint(file, verdict.finding, verdict.verified));
  return report(file, verdict.header, verdict.verified);
}

async function keysIn(files: readonly string[]): Promise<TrustedKeys> {
  const keys = await Promise.all(files.map(readKey));
  return new Map(keys.map((key) => [keyId(key), key]));
}

async function readKey(file: string): Promise<KeyObject> {
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    throw cannotTell(`The key ${file} cannot be read: ${(error as Error).message}`, error);
  });
  if (pem.includes('PRIVATE KEY'))
    throw cannotTell(`${file} holds a private key. It stays where it is made; give the public one.`);
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below, as of a key of another kind.
  }
  throw cannotTell(`${file} holds no Ed25519 public key in PEM.`);
}

function report(file: string, header: ExportHeader, { eventCount, sealCount, lastSeal }: Verified): string {
  const lines = [
    `${file} is as it was recorded: ${String(eventCount)} events under ${String(sealCount)} seals.`,
    `It is ${scopeOf(header)}.`,
  ];
  if (lastSeal !== null) {
    const { number, toPosition, sealedAt, sealHash, keyId: signer } = lastSeal;
    lines.push(
      `It is sealed up to position ${String(toPosition)}, at ${sealedAt}, by the key ${signer}.`,
      `Its last seal is number ${String(number)}: ${sealHash.toString('hex')}.`,
    );
  }
  return `${[...lines, completeness(header, eventCount, lastSeal?.toPosition ?? 0), LATER].join('\n')}\n`;
}

const LATER =
  'What came later, or was left out at the end, no file can tell: compare the last seal with one you have from elsewhere.';

function scopeOf(header: ExportHeader): string {
  const { run_id: run, from, to, tenant_id: tenant } = header;
  if (isWhole(header)) return `the whole timeline of tenant ${tenant}`;
  if (run !== null) return `run ${run} of tenant ${tenant}`;
  return `what tenant ${tenant} recorded${from === null ? '' : ` from ${from} on`}${to === null ? '' : ` before ${to}`}`;
}

function completeness(header: ExportHeader, eventCount: number, lastPosition: number): string {
  if (lastPosition === 0) return 'It holds no event, and proves nothing.';
  const missingCount = lastPosition - eventCount;
  if (header.run_id !== null) return 'No event of the run is missing up to the last one here.';
  if (!isWhole(header)) return 'Whether other events of that period were left out, the file cannot tell.';
  if (missingCount === 0) return 'No position up to there is missing.';
  return `${String(missingCount)} positions up to there are not in the file: of other tenants, or left out, which the file cannot tell.`;
}

function complaint(file: string, { line, message, position }: ExportFinding, verified: Verified): string {
  const place = position === undefined ? '' : `, position ${String(position)}`;
  const before = `${String(verified.eventCount)} events under ${String(verified.sealCount)} seals`;
  return `${file} is not as it was recorded. Line ${String(line)}${place}: ${message}\nBefore it, ${before} are as they were recorded.`;
}

function cannotTell(message: string, cause?: unknown): CommandError {
  return new CommandError(message, { cause, exitCode: CANNOT_TELL });
}
