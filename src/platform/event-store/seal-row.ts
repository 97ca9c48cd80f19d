import type { Seal } from './seal.js';

/** A row of `seals`. */
export type SealRow = Readonly<{
  number: string;
  from_position: string;
  to_position: string;
  merkle_root: Buffer;
  previous_hash: Buffer;
  seal_hash: Buffer;
  signature: Buffer;
  key_id: string;
  sealed_at: Date;
}>;

/** Reads a row as a seal. */
export function sealOf(row: SealRow): Seal {
  return {
    number: Number(row.number),
    fromPosition: Number(row.from_position),
    toPosition: Number(row.to_position),
    merkleRoot: row.merkle_root,
    previousHash: row.previous_hash,
    sealedAt: row.sealed_at.toISOString(),
    sealHash: row.seal_hash,
    signature: row.signature,
    keyId: row.key_id,
  };
}
