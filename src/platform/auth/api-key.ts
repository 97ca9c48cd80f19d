import { createHash, randomBytes } from 'node:crypto';
import type { Actor } from '../../kernel/recorded-event.js';
import type { Role } from '../../kernel/command-context.js';

/** A key as it is kept: everything but the secret. Times are ISO 8601. */
export type ApiKey = Readonly<{
  id: string;
  tenantId: string;
  name: string;
  /** SHA-256 of the secret. */
  hash: Buffer;
  /** The secret's last four characters, to tell keys apart. */
  hint: string;
  roles: readonly Role[];
  actor: Actor;
  createdAt: string;
  /** The key that made it; null for the first. */
  createdBy: string | null;
  revokedAt: string | null;
}>;

const SECRET_BYTES = 32;

/** Makes a secret: `sl_` and 43 characters that need no escaping anywhere, 256 bits of chance. */
export function newSecret(): string {
  return `sl_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** What is kept of a secret. It has 256 bits of its own, so a plain hash is enough. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The secret's last four characters: too few to guess by, enough to tell keys apart. */
export function hintOf(secret: string): string {
  return secret.slice(-4);
}

/** Reads the secret out of an `Authorization` header; null where there is none. */
export function secretIn(authorization: string | undefined): string | null {
  return /^Bearer +([\x21-\x7e]{8,200})$/i.exec(authorization ?? '')?.[1] ?? null;
}
