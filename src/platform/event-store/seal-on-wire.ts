import type { Seal } from './seal.js';

/** A seal as it goes over the wire; bytes are hex. */
export type SealOnWire = Readonly<{
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

/** Writes a seal. */
export function sealOnWire(seal: Seal): SealOnWire {
  return {
    number: seal.number,
    from_position: seal.fromPosition,
    to_position: seal.toPosition,
    merkle_root: seal.merkleRoot.toString('hex'),
    previous_hash: seal.previousHash.toString('hex'),
    seal_hash: seal.sealHash.toString('hex'),
    signature: seal.signature.toString('hex'),
    key_id: seal.keyId,
    sealed_at: seal.sealedAt,
  };
}

/** Reads a seal that has the right shape. */
export function sealFromWire(seal: SealOnWire): Seal {
  return {
    number: seal.number,
    fromPosition: seal.from_position,
    toPosition: seal.to_position,
    merkleRoot: Buffer.from(seal.merkle_root, 'hex'),
    previousHash: Buffer.from(seal.previous_hash, 'hex'),
    sealHash: Buffer.from(seal.seal_hash, 'hex'),
    signature: Buffer.from(seal.signature, 'hex'),
    keyId: seal.key_id,
    sealedAt: seal.sealed_at,
  };
}
