/** What can be wrong with a line of an export that looks right, given the lines before it. */
import type { KeyObject } from 'node:crypto';
import { leafOf } from '../../platform/event-store/content-hash.js';
import { rootFromProof } from '../../platform/event-store/inclusion-proof.js';
import type { Seal } from '../../platform/event-store/seal.js';
import { chainFault, signatureFault } from '../../platform/event-store/seal-chain.js';
import { type EndLine, type EventLine, type ExportedEvent, type ExportHeader, isWhole } from './export-format.js';

/** The keys whose seals are trusted, by their ids. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** What is wrong, as a sentence; of an event also where it stands and which it is. */
export type Fault = Readonly<{ message: string; position?: number; eventId?: string }>;

type Before = Readonly<{
  header: ExportHeader;
  eventCount: number;
  sealCount: number;
  lastPosition: number;
  lastVersion: number;
  lastSeal: Seal | null;
}>;

/** A whole timeline has every seal from the first on; a part has those it needs, in order. */
export function sealFault(seal: Seal, before: Before, keys: TrustedKeys): Fault | null {
  const { header, lastSeal } = before;
  const isNext = isWhole(header) || seal.number === (lastSeal?.number ?? 0) + 1;
  const fault =
    (isNext ? chainFault(seal, lastSeal) : orderFault(seal, lastSeal)) ??
    unneededFault(before) ??
    signatureFault(seal, keys.get(seal.keyId) ?? null, `not among those given (${[...keys.keys()].join(', ')})`);
  return fault && { message: fault.message, position: seal.fromPosition };
}

function orderFault(seal: Seal, last: Seal | null): Fault | null {
  if (last === null || (seal.number > last.number && seal.fromPosition > last.toPosition)) return null;
  return { message: `Seal ${String(seal.number)} does not come after the seal before it.` };
}

/** Seals after the last event would make a part that was cut off look as if it reached as far as they do. */
function unneededFault({ header, lastSeal, lastPosition }: Before): Fault | null {
  if (isWhole(header) || lastSeal === null || lastPosition >= lastSeal.fromPosition) return null;
  return { message: `Seal ${String(lastSeal.number)} has no event of this file under it.` };
}

/** The leaf first: where an event was changed, what it says about itself means nothing. */
export function eventFault(line: EventLine, before: Before): Fault | null {
  const { event } = line;
  const fault =
    leafFault(event) ?? scopeFault(event, before) ?? proofFault(line, before) ?? versionFault(event, before);
  if (fault === null) return null;
  const { id, stream_id: stream, stream_version: version, position } = event;
  const name = `Event ${id} (version ${String(version)} of stream ${stream})`;
  return { message: `${name} ${fault}`, position, eventId: id };
}

function leafFault(event: ExportedEvent): string | null {
  const { position: _position, leaf_hash: leaf, occurred_at: occurredAt, recorded_at: recordedAt, ...content } = event;
  const isSame = leafOf(content, { occurredAt, recordedAt }).toString('hex') === leaf;
  return isSame ? null : 'was changed after it was recorded.';
}

function scopeFault(event: ExportedEvent, { header, lastPosition }: Before): string | null {
  const { tenant_id: tenant, run_id: run, from, to, head_position: head } = header;
  if (event.tenant_id !== tenant) return 'is of another tenant than the file.';
  if (run !== null && event.stream_id !== run) return 'is of another run than the file.';
  if ((from !== null && event.recorded_at < from) || (to !== null && event.recorded_at >= to))
    return 'was not recorded in the period of the file.';
  if (event.position <= lastPosition) return 'does not come after the event before it.';
  return event.position > head ? 'lies beyond the head of the file.' : null;
}

function proofFault({ event, path }: EventLine, { lastSeal: seal }: Before): string | null {
  if (seal === null || event.position < seal.fromPosition || event.position > seal.toPosition)
    return 'does not stand under the seal over its position.';
  const index = event.position - seal.fromPosition;
  const size = seal.toPosition - seal.fromPosition + 1;
  const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
  const root = rootFromProof(Buffer.from(event.leaf_hash, 'hex'), index, size, hashes);
  if (root?.equals(seal.merkleRoot) === true) return null;
  return `is not proven: its proof does not lead to seal ${String(seal.number)}. The event, its position or its proof was changed.`;
}

/** A run is exported whole, so its versions follow one another from the first. */
function versionFault(event: ExportedEvent, { header, lastVersion }: Before): string | null {
  if (header.run_id === null || event.stream_version === lastVersion + 1) return null;
  return `does not follow version ${String(lastVersion)}: events between were taken out.`;
}

/** Everything above is right here, so a sum that differs is about the header, or the line itself. */
export function endFault({ events, seals, sha256 }: EndLine['end'], before: Before, sum: string): Fault | null {
  const { header, eventCount, sealCount, lastSeal } = before;
  const sealedTo = lastSeal?.toPosition ?? 0;
  if (isWhole(header) && sealedTo !== header.head_position)
    return {
      message: `The file says that ${String(header.head_position)} positions were sealed; its seals end at ${String(sealedTo)}.`,
    };
  if (events !== eventCount || seals !== sealCount) {
    const told = `${String(events)} events and ${String(seals)} seals`;
    return { message: `The file should have ${told}; it has ${String(eventCount)} and ${String(sealCount)}.` };
  }
  const unneeded = unneededFault(before);
  if (unneeded !== null || sha256 === sum) return unneeded;
  return { message: 'The sum over the file is another: its header, or the sum itself, was changed after it was made.' };
}
