/**
 * How personal data is kept so that it can be erased.
 *
 *   encrypted   each field by itself, AES-256-GCM with a fresh iv and the key of the person it is about, at the edge, before anything is
 *               decided: events, read models, receipts and snapshots hold the same ciphertext, and rebuilds need no key
 *   bound       person and field are authenticated with it: a ciphertext that was moved to another person or field does not open
 *   opened      on its way out to a caller, never before
 *   erased      the key's row is deleted; every copy of the ciphertext is noise from then on, and hashes over it still hold
 *
 * A key is committed before the event that needs it. A crash between the two leaves a key nothing was encrypted with, which is harmless.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Encrypted, isEncrypted } from '../../kernel/encrypted.js';
import type { JsonValue } from '../../kernel/json.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Keys by the id of the person whose data they encrypt; a person who was erased has none. */
export type KeysByPerson = ReadonlyMap<string, Buffer>;

/** A key for one person. */
export function newPersonKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** Encrypts one field of one person; a fresh iv makes each time another ciphertext. */
export function encrypt(key: Buffer, personId: string, field: string, value: JsonValue): Encrypted {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(binding(personId, field));
  const ciphertext = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return {
    encrypted: 'A256GCM',
    iv: iv.toString('base64url'),
    tag: cipher.getAuthTag().toString('base64url'),
    ciphertext: ciphertext.toString('base64url'),
  };
}

/** The value of that field of that person. Throws where it was encrypted for another, with another key, or was changed. */
export function decrypt(key: Buffer, personId: string, field: string, { iv, tag, ciphertext }: Encrypted): JsonValue {
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES })
      .setAAD(binding(personId, field))
      .setAuthTag(Buffer.from(tag, 'base64url'));
    const opened = Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]);
    return JSON.parse(opened.toString('utf8')) as JsonValue;
  } catch (cause) {
    throw new Error(`The field ${field} of person ${personId} does not open: it was moved or changed.`, { cause });
  }
}

/** A person's record with every encrypted field in the clear; where the key is gone they are null, and `erased` says so. */
export function opened(keys: KeysByPerson, personId: string, record: object): object {
  const key = keys.get(personId);
  const fields = Object.entries(record).map(([field, value]: [string, unknown]) => {
    if (!isEncrypted(value)) return [field, value] as const;
    return [field, key === undefined ? null : decrypt(key, personId, field, value)] as const;
  });
  return { ...Object.fromEntries(fields), erased: key === undefined };
}

/** What is authenticated with a ciphertext; JSON keeps the two apart whatever they hold. */
function binding(personId: string, field: string): Buffer {
  return Buffer.from(JSON.stringify(['stageline.personal.1', personId, field]), 'utf8');
}
