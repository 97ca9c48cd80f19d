import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
} from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The Ed25519 key that signs seals. `id` is its public half's (see `keyId`). */
export type SealingKey = Readonly<{ id: string; privateKey: KeyObject; publicKeyPem: string }>;

/** The nest token of the key the sealer signs with. */
export const SEALING_KEY = Symbol('SEALING_KEY');

/** The nest token of the ids of other keys whose seals are trusted, such as the one used before. */
export const TRUSTED_KEYS = Symbol('TRUSTED_KEYS');

/** A public key's id: the first 32 hex digits of the SHA-256 of its DER form (SPKI). */
export function keyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 32);
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
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

/**
 * The key kept in the data dir as `sealing-key.pem` (mode 0600), made at the first start. Two processes starting at once end with
 * the same key: whoever links first wins.
 */
export async function sealingKeyIn(dataDir: string): Promise<SealingKey> {
  const path = join(dataDir, 'sealing-key.pem');
  const kept = await readIfThere(path);
  if (kept !== null) return sealingKeyFrom(kept);
  await mkdir(dataDir, { recursive: true });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, pem, { mode: 0o600, flag: 'wx' });
  await link(draft, path).catch(unlessThere); // Whole or not at all, and never over another's.
  await unlink(draft);
  return sealingKeyFrom(await readFile(path, 'utf8'));
}

function unlessThere(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
