/** Verifies an export as anybody could: from what docs/export-format.md says, without the code of the service. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type Columns, type SealBody, canonical, isSigned, leafOf, rootOf, sealHashOf } from './documented-proof.js';

type Fields = Readonly<Record<string, unknown>>;
type Header = Readonly<Record<'tenant_id' | 'run_id' | 'from' | 'to', string | null>> &
  Readonly<{ head_position: number }>;
type Event = Columns &
  Readonly<{
    position: number;
    stream_version: number;
    tenant_id: string;
    stream_id: string;
    leaf_hash: string;
    recorded_at: string;
  }>;
type End = Readonly<{ events: number; seals: number; sha256: string }>;

const HEADER = 'format version tenant_id run_id from to head_position made_at software_version'.split(' ');
const SEAL = 'number from_position to_position merkle_root previous_hash seal_hash signature key_id sealed_at'.split(
  ' ',
);
const EVENT = (
  'position id tenant_id stream_id stream_type stream_version event_type category schema_version correlation_id causation_id ' +
  'actor_type actor_id from_stage to_stage reason detail context occurred_at recorded_at leaf_hash'
).split(' ');

const isHex = (value: unknown, digits: number) => new RegExp(`^[0-9a-f]{${String(digits)}}$`).test(String(value));
const isId = (value: unknown) => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(String(value));
const isNumber = (value: unknown, least: number) => Number.isSafeInteger(value) && Number(value) >= least;
const has = (value: unknown, names: readonly string[]): value is Fields =>
  typeof value === 'object' && value !== null && Object.keys(value).toSorted().join() === names.toSorted().join();
const isTime = (value: unknown) => {
  const time = new Date(String(value));
  return /^\d{4}-/.test(String(value)) && !Number.isNaN(time.getTime()) && time.toISOString() === value;
};

/** The number of the first line that fails, from 1; null where the whole file holds. `keys` are public keys in PEM. */
export function faultyLine(file: Buffer, keys: readonly string[]): number | null {
  const seen: Seen = { header: null, seal: null, position: 0, version: 0, events: 0, seals: 0, isOver: false };
  let start = 0;
  for (let number = 1; ; number += 1) {
    const end = file.indexOf(0x0a, start);
    if (start === file.length) return seen.isOver ? null : number;
    if (
      end === -1 ||
      end - start > 67_108_864 ||
      !isRight(file.subarray(start, end), file.subarray(0, start), seen, keys)
    )
      return number;
    start = end + 1;
  }
}

type Seen = {
  header: Header | null;
  seal: SealBody | null;
  position: number;
  version: number;
  events: number;
  seals: number;
  isOver: boolean;
};

function isRight(bytes: Buffer, before: Buffer, seen: Seen, keys: readonly string[]): boolean {
  const line = lineIn(bytes);
  if (line === null || seen.isOver) return false;
  if (seen.header === null) return isHeader(line, seen);
  if (has(line, ['seal'])) return isSeal(line['seal'], seen.header, seen, keys);
  if (has(line, ['event', 'path'])) return isEvent(line['event'], line['path'], seen.header, seen);
  return has(line, ['end']) && isEnd(line['end'], before, seen.header, seen);
}

function lineIn(bytes: Buffer): unknown {
  if (!isUtf8(bytes) || depthOf(bytes) > 100) return null;
  const text = bytes.toString('utf8');
  try {
    const value = JSON.parse(text) as unknown;
    return canonical(value) === text && !/\\ud[89a-f]/.test(text) ? value : null;
  } catch {
    return null;
  }
}

/** How deep brackets nest outside of texts, so that no parser has to. */
function depthOf(bytes: Buffer): number {
  let [depth, deepest, isText] = [0, 0, false];
  for (let at = 0; at < bytes.length; at += 1) {
    const character = String.fromCharCode(bytes[at] ?? 0);
    if (isText && character === '\\') at += 1;
    else if (character === '"') isText = !isText;
    else if (!isText && '{['.includes(character)) deepest = Math.max(deepest, (depth += 1));
    else if (!isText && '}]'.includes(character)) depth -= 1;
  }
  return deepest;
}

function isHeader(line: unknown, seen: Seen): boolean {
  if (!has(line, HEADER) || line['format'] !== 'stageline.timeline' || line['version'] !== 1) return false;
  seen.header = line as unknown as Header;
  const { run_id: run, from, to } = line;
  const isScope = (run === null || isId(run)) && [from, to].every((time) => time === null || isTime(time));
  const isRest = isTime(line['made_at']) && typeof line['software_version'] === 'string';
  return isScope && isRest && isId(line['tenant_id']) && isNumber(line['head_position'], 0);
}

function isSeal(body: unknown, header: Header, seen: Seen, keys: readonly string[]): boolean {
  if (!has(body, SEAL)) return false;
  const seal = body as unknown as SealBody;
  const hashes = [seal.merkle_root, seal.previous_hash, seal.seal_hash];
  if (!hashes.every((hash) => isHex(hash, 64)) || !isHex(seal.signature, 128) || !isHex(seal.key_id, 32)) return false;
  if (!isTime(seal.sealed_at)) return false;
  if (![seal.number, seal.from_position, seal.to_position].every((each) => isNumber(each, 1))) return false;
  const before = seen.seal ?? { number: 0, to_position: 0, seal_hash: '00'.repeat(32) };
  const isNext =
    seal.number === before.number + 1 &&
    seal.from_position === before.to_position + 1 &&
    seal.previous_hash === before.seal_hash;
  const isLater =
    seal.number !== before.number + 1 &&
    (seen.seal === null || (seal.number > before.number && seal.from_position > before.to_position));
  if (isEmptyPart(header, seen)) return false;
  seen.seal = seal;
  seen.seals += 1;
  const hash = sealHashOf(seal);
  const isPlaced = isNext || (isLater && !isWhole(header));
  return isPlaced && hash.toString('hex') === seal.seal_hash && keys.some((key) => isSigned(hash, seal, key));
}

function isEvent(body: unknown, path: unknown, header: Header, seen: Seen): boolean {
  if (!has(body, EVENT) || !Array.isArray(path) || path.length > 53 || seen.seal === null) return false;
  const event = body as unknown as Event;
  const { position, recorded_at: recorded, stream_version: version } = event;
  const isShaped = isTime(event.occurred_at) && isTime(recorded) && isNumber(position, 1) && isNumber(version, 1);
  const areHashes = path.every((hash) => typeof hash === 'string' && isHex(hash, 64)) && isHex(event.leaf_hash, 64);
  const areIds = [event['id'], event.tenant_id, event.stream_id].every(isId);
  if (!isShaped || !areHashes || !areIds || !isInScope(event, header)) return false;
  const leaf = leafOf(event);
  const { from_position: from, to_position: to, merkle_root: root } = seen.seal;
  const isPlaced = position > seen.position && position >= from && position <= Math.min(to, header.head_position);
  const isInRun = header.run_id === null || version === seen.version + 1;
  if (leaf.toString('hex') !== event.leaf_hash || !isPlaced || !isInRun) return false;
  seen.position = position;
  seen.version = version;
  seen.events += 1;
  const hashes = path.map((hash) => Buffer.from(String(hash), 'hex'));
  return rootOf(leaf, position - from, to - from + 1, hashes)?.toString('hex') === root;
}

function isInScope(event: Event, { tenant_id: tenant, run_id: run, from, to }: Header): boolean {
  const isInPeriod = (from === null || event.recorded_at >= from) && (to === null || event.recorded_at < to);
  return event.tenant_id === tenant && (run === null || event.stream_id === run) && isInPeriod;
}

function isEnd(body: unknown, before: Buffer, header: Header, seen: Seen): boolean {
  if (!has(body, ['events', 'seals', 'sha256'])) return false;
  const { events, seals, sha256 } = body as unknown as End;
  seen.isOver = true;
  const isComplete = isWhole(header)
    ? (seen.seal?.to_position ?? 0) === header.head_position
    : !isEmptyPart(header, seen);
  const areCounted = events === seen.events && seals === seen.seals;
  return isComplete && areCounted && createHash('sha256').update(before).digest('hex') === sha256;
}

/** Whether the seal line before stands in a part of a timeline and no event line came under it. */
function isEmptyPart(header: Header, { seal, position }: Seen): boolean {
  return !isWhole(header) && seal !== null && position < seal.from_position;
}

function isWhole({ run_id: run, from, to }: Header): boolean {
  return run === null && from === null && to === null;
}
