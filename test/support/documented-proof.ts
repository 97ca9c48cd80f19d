/** Checks a proof as anybody could: from what docs/events.md says, without the code of the service. */
import { createHash, createPublicKey, verify } from 'node:crypto';

export type Columns = Readonly<Record<string, unknown>> & Readonly<{ occurred_at: string; recorded_at: string }>;
export type SealBody = Readonly<{
  number: number;
  from_position: number;
  to_position: number;
  merkle_root: string;
  previous_hash: string;
  seal_hash: string;
  signature: string;
  key_id: string;
  sealed_at: string;
}>;

/** A proof as it goes over the wire. */
export type ProofBody = Readonly<{
  event: Columns;
  position: number;
  leaf_hash: string;
  leaf_index: number;
  tree_size: number;
  path: readonly string[];
  seal: SealBody;
}>;

/** What a proof fails at first; null where it holds. */
export function faultIn(proof: ProofBody, publicKey: string): string | null {
  const { event, seal, position, path } = proof;
  const leaf = leafOf(event);
  if (leaf.toString('hex') !== proof.leaf_hash) return 'leaf';
  const index = position - seal.from_position;
  const size = seal.to_position - seal.from_position + 1;
  if (index < 0 || index >= size) return 'place';
  const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
  if (rootOf(leaf, index, size, hashes)?.toString('hex') !== seal.merkle_root) return 'root';
  const hash = sealHashOf(seal);
  if (hash.toString('hex') !== seal.seal_hash) return 'seal';
  return isSigned(hash, seal, publicKey) ? null : 'signature';
}

/** The hash of a seal, of what it says. */
export function sealHashOf(seal: SealBody): Buffer {
  const numbers = [seal.number, seal.from_position, seal.to_position, Date.parse(seal.sealed_at)].map(int64);
  const hashes = [seal.merkle_root, seal.previous_hash].map((hash) => Buffer.from(hash, 'hex'));
  return sha256(tag('stageline.seal.1'), ...numbers, ...hashes);
}

/** Whether a signature over a hash is that of the key, and the key the one that is named. */
export function isSigned(hash: Buffer, { key_id: keyId, signature }: SealBody, publicKey: string): boolean {
  const key = createPublicKey(publicKey);
  const name = sha256(key.export({ type: 'spki', format: 'der' }))
    .toString('hex')
    .slice(0, 32);
  return name === keyId && verify(null, hash, key, Buffer.from(signature, 'hex'));
}

/** The leaf of an event. */
export function leafOf({
  position: _position,
  leaf_hash: _leaf,
  occurred_at: occurred,
  recorded_at: recorded,
  ...content
}: Columns): Buffer {
  const form = Buffer.from(canonical(content), 'utf8');
  const contentHash = sha256(tag('stageline.content.1'), int64(form.length), form);
  const times = [occurred, recorded].map((time) => int64((Date.parse(time) - Date.UTC(2000, 0, 1)) * 1000));
  return sha256(Buffer.of(0), tag('stageline.event.1'), contentHash, ...times);
}

/** The root that a path leads to; null where it is no path. */
export function rootOf(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | null {
  const [sibling, lower] = [path.at(-1), path.slice(0, -1)];
  if (size === 1) return sibling === undefined ? leaf : null;
  if (sibling?.length !== 32) return null;
  let split = 1;
  while (split * 2 < size) split *= 2;
  const isLeft = index < split;
  const below = isLeft ? rootOf(leaf, index, split, lower) : rootOf(leaf, index - split, size - split, lower);
  return below && sha256(Buffer.of(1), ...(isLeft ? [below, sibling] : [sibling, below]));
}

/** RFC 8785: keys in the order of their UTF-16 code units; the rest of that form is what `JSON.stringify` writes. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function tag(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'ascii')]);
}

function int64(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(number));
  return bytes;
}
