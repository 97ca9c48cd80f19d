/**
 * What holds a seal: that it follows the one before it, that it is what its hash and its signature are over, and that the key is one
 * that whoever verifies trusts. The same for a timeline in its database and for one in a file.
 */
import type { KeyObject } from 'node:crypto';
import { type Seal, isSignedBy, sealHash } from './seal.js';

/** Why a seal proves nothing; the message is a sentence about it. */
export type SealFault = Readonly<{ kind: 'seal-missing' | 'seal-broken' | 'unknown-key'; message: string }>;

const FIRST_PREVIOUS = Buffer.alloc(32);

/** What is wrong with a seal as the next after `previous`, null where it is the first of all; null where nothing is. */
export function chainFault(seal: Seal, previous: Seal | null): SealFault | null {
  const name = `Seal ${String(seal.number)}`;
  if (seal.number !== (previous?.number ?? 0) + 1 || seal.fromPosition !== (previous?.toPosition ?? 0) + 1) {
    return { kind: 'seal-missing', message: `${name} does not follow the seal before it: one was taken out.` };
  }
  return seal.previousHash.equals(previous?.sealHash ?? FIRST_PREVIOUS)
    ? null
    : { kind: 'seal-broken', message: `${name} is not chained to the seal before it.` };
}

/** What is wrong with a seal by itself. `publicKey` is the trusted key of its `keyId`; null where there is none, as `whyUnknown` says. */
export function signatureFault(seal: Seal, publicKey: KeyObject | null, whyUnknown: string): SealFault | null {
  const name = `Seal ${String(seal.number)}`;
  if (!seal.sealHash.equals(sealHash(seal)))
    return { kind: 'seal-broken', message: `${name} was changed: its hash does not match.` };
  if (publicKey === null)
    return { kind: 'unknown-key', message: `${name} is signed by the key ${seal.keyId}, which is ${whyUnknown}.` };
  return isSignedBy(seal, publicKey)
    ? null
    : { kind: 'seal-broken', message: `${name} has a signature that is not its key's.` };
}
