import { type KeyObject, createHash, sign, verify } from 'node:crypto';
import type { SealingKey } from './sealing-key.js';

const SEAL_TAG = 'stageline.seal.1';

/** What a seal says of a batch of positions. Hashes are 32 bytes; the first seal's `previousHash` is all zeros. */
export type SealedBatch = Readonly<{
  number: number;
  fromPosition: number;
  toPosition: number;
  merkleRoot: Buffer;
  previousHash: Buffer;
  sealedAt: string;
}>;

export type Seal = SealedBatch & Readonly<{ sealHash: Buffer; signature: Buffer; keyId: string }>;

/** SHA-256 over the tag, the numbers as 64-bit big-endian, the root, the previous seal's hash and the time in milliseconds. */
export function sealHash(batch: SealedBatch): Buffer {
  const numbers = Buffer.alloc(32);
  numbers.writeBigInt64BE(BigInt(batch.number), 0);
  numbers.writeBigInt64BE(BigInt(batch.fromPosition), 8);
  numbers.writeBigInt64BE(BigInt(batch.toPosition), 16);
  numbers.writeBigInt64BE(BigInt(Date.parse(batch.sealedAt)), 24);
  return createHash('sha256')
    .update(Buffer.of(SEAL_TAG.length))
    .update(SEAL_TAG)
    .update(numbers)
    .update(batch.merkleRoot)
    .update(batch.previousHash)
    .digest();
}

/** Signs a batch with Ed25519 over its seal hash. */
export function seal(batch: SealedBatch, key: SealingKey): Seal {
  const hash = sealHash(batch);
  return { ...batch, sealHash: hash, signature: sign(null, hash, key.privateKey), keyId: key.id };
}

/** Answers whether the signature is the public key's over what the seal says. */
export function isSignedBy(candidate: Seal, publicKey: KeyObject): boolean {
  return verify(null, sealHash(candidate), publicKey, candidate.signature);
}
