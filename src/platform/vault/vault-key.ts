import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepFirstSecret } from '../secret-file.js';

/** The key that secrets in the database are encrypted with. `id` tells keys apart and says nothing about the key. */
export type VaultKey = Readonly<{ id: string; key: Buffer }>;

/** The nest token of the vault key. */
export const VAULT_KEY = Symbol('VAULT_KEY');

const KEY_BYTES = 32;

/** The kept vault key is none; the message names the file and says what to do. */
export class DamagedVaultKeyError extends Error {
  override readonly name = 'DamagedVaultKeyError';

  constructor(path: string) {
    super(
      `The vault key in ${path} is empty or damaged. Put it back from a backup. Where there is none, delete the file: the next start ` +
        'makes another key, and webhooks need their URL and their secret anew (PATCH /webhooks/{id}, POST /webhooks/{id}/rotate-secret).',
    );
  }
}

/** Reads a key written in base64; null where it is none. */
export function vaultKeyFrom(text: string): VaultKey | null {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES) return null;
  return { id: createHash('sha256').update('stageline.vault.1').update(key).digest('hex').slice(0, 32), key };
}

/**
 * The key kept in the data dir as `vault-key` (mode 0600), made at the first start. Processes that start at once end with the same key.
 *
 * @throws DamagedVaultKeyError where the file holds none
 */
export async function vaultKeyIn(dataDir: string): Promise<VaultKey> {
  const path = join(dataDir, 'vault-key');
  const kept = await readFile(path, 'utf8').catch(nullIfAbsent);
  if (kept === null) await keepFirstSecret(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  const key = vaultKeyFrom(kept ?? (await readFile(path, 'utf8')));
  if (key === null) throw new DamagedVaultKeyError(path);
  return key;
}

function nullIfAbsent(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
