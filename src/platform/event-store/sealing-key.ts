import { type KeyObject, createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepFirstSecret } from '../secret-file.js';

/** The Ed25519 key that signs seals. `id` is its public half's (see `keyId`). */
export type SealingKey = Readonly<{ id: string; privateKey: KeyObject; publicKey: KeyObject; publicKeyPem: string }>;

/** The nest token of the key the sealer signs with. */
export const SEALING_KEY = Symbol('SEALING_KEY');

/** The nest token of the ids of other keys whose seals are trusted, such as the one used before. */
export const TRUSTED_KEYS = Symbol('TRUSTED_KEYS');

/** A public key's id: the first 32 hex digits of the SHA-256 of its DER form (SPKI). */
export function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 32);
}

/** The kept sealing key is none; the message names the file and says what to do. */
export class DamagedKeyError extends Error {
  override readonly name = 'DamagedKeyError';

  constructor(path: string, cause: unknown) {
    const remedy =
      'Put it back from a backup. Where there is none, delete the file: the next start makes another key; ' +
      'name the old one by its id in STAGELINE_TRUSTED_KEYS, so that old seals stay verifiable.';
    super(`The sealing key in ${path} is empty or damaged. ${remedy}`, { cause });
  }
}

/** Reads a PEM private key. Throws when it is no Ed25519 key. */
export function sealingKeyFrom(pem: string): SealingKey {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new Error('The sealing key must be an Ed25519 private key in PEM.');
  const publicKey = createPublicKey(privateKey);
  return {
    id: keyId(publicKey),
    privateKey,
    publicKey,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

/**
 * The key kept in the data dir as `sealing-key.pem` (mode 0600), made at the first start. Processes that start at once end with the
 * same key. Throws `DamagedKeyError` where the file holds none.
 */
export async function sealingKeyIn(dataDir: string): Promise<SealingKey> {
  const path = join(dataDir, 'sealing-key.pem');
  const kept = await readIfThere(path);
  if (kept !== null) return keptKey(path, kept);
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  await keepFirstSecret(path, pem);
  return keptKey(path, await readFile(path, 'utf8'));
}

function keptKey(path: string, pem: string): SealingKey {
  try {
    return sealingKeyFrom(pem);
  } catch (error) {
    throw new DamagedKeyError(path, error);
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
