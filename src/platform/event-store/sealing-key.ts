import { type KeyObject, createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The Ed25519 key that signs seals. `id` is the first 16 hex digits of the SHA-256 of the public key's DER form. */
export type SealingKey = Readonly<{ id: string; privateKey: KeyObject; publicKeyPem: string }>;

/** The nest token of the key the sealer signs with. */
export const SEALING_KEY = Symbol('SEALING_KEY');

/** Reads a PEM private key. Throws when it is no Ed25519 key. */
export function sealingKeyFrom(pem: string): SealingKey {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new Error('The sealing key must be an Ed25519 private key in PEM.');
  const publicKey = createPublicKey(privateKey);
  const id = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
  return { id, privateKey, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string };
}

/**
 * The key kept in the data dir as `sealing-key.pem` (mode 0600), made at the first start. Two processes starting at once end with
 * the same key: whoever renames first wins.
 */
export async function sealingKeyIn(dataDir: string): Promise<SealingKey> {
  const path = join(dataDir, 'sealing-key.pem');
  const kept = await readIfThere(path);
  if (kept !== null) return sealingKeyFrom(kept);
  await mkdir(dataDir, { recursive: true });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const draft = `${path}.${String(process.pid)}`;
  await writeFile(draft, pem, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
  return sealingKeyFrom(await readFile(path, 'utf8'));
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
