import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import type { Caller } from '../../kernel/command-context.js';
import { hashOf, type ApiKey } from './api-key.js';
import { ApiKeyStore } from './api-key-store.js';

/** How long a revocation in another process may go unnoticed here. */
const MEMORY_MS = 5_000;

/** More keys than this are not remembered at once; the ring then forgets all and begins anew. */
const MEMORY_SIZE = 10_000;

type Remembered = Readonly<{ found: Promise<Caller | null>; until: number }>;

/** Tells who a secret belongs to, remembering the answer for five seconds. */
@Injectable()
export class KeyRing {
  private readonly remembered = new Map<string, Remembered>();

  constructor(private readonly store: ApiKeyStore) {}

  /** The caller a secret stands for; null where it is unknown or revoked. */
  callerOf(secret: string, nowMs = performance.now()): Promise<Caller | null> {
    const hash = hashOf(secret);
    const name = hash.toString('hex');
    const known = this.remembered.get(name);
    if (known !== undefined && known.until > nowMs) return known.found;
    const found = this.lookUp(hash);
    this.remember(name, { found, until: nowMs + MEMORY_MS });
    return found;
  }

  /** Revokes a key; from now on it opens nothing here. @throws DomainError `key-not-found`, `last-admin-key` */
  async revoke(tenantId: string, id: string, revokedAt: string): Promise<void> {
    const revocation = await this.store.revoke(tenantId, id, revokedAt);
    if (revocation === 'absent') throw refuse('key-not-found', `There is no key ${id}.`);
    if (revocation === 'last-admin') {
      throw refuse('last-admin-key', 'This is the last admin key. Make another one first, then revoke this one.');
    }
    // Whoever it was is looked up again; that costs one query a key.
    this.remembered.clear();
  }

  private async lookUp(hash: Buffer): Promise<Caller | null> {
    const key = await this.store.findByHash(hash);
    return key === null || key.revokedAt !== null || !timingSafeEqual(key.hash, hash) ? null : callerFor(key);
  }

  private remember(name: string, answer: Remembered): void {
    if (this.remembered.size >= MEMORY_SIZE) this.remembered.clear();
    this.remembered.set(name, answer);
    // Only keys that open something are worth remembering; a failed look-up is tried again.
    const forget = () => this.forget(name, answer);
    answer.found.then((caller) => caller ?? forget(), forget);
  }

  private forget(name: string, answer: Remembered): void {
    if (this.remembered.get(name) === answer) this.remembered.delete(name);
  }
}

function callerFor({ tenantId, id, name, actor, roles }: ApiKey): Caller {
  return { tenantId, keyId: id, keyName: name, actor, roles };
}
