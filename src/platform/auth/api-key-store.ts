import type { CreationPosition } from '../database/list-by-creation.js';
import type { StoredAnswer } from '../event-store/append.js';
import type { ReceiptKey } from '../../kernel/command-context.js';
import type { ApiKey } from './api-key.js';

/** What became of a revocation. */
export type Revocation = 'revoked' | 'absent' | 'last-admin';

/** An answer to be kept under the idempotency key it was asked with. */
export type Answered = Readonly<{ receipt: ReceiptKey; answer: StoredAnswer }>;

/** Where keys are kept. */
export abstract class ApiKeyStore {
  /** The key with this hash, of any tenant; revoked ones too. */
  abstract findByHash(hash: Buffer): Promise<ApiKey | null>;

  /** Adds a key and, in the same transaction, the answer to the request that made it. */
  abstract add(key: ApiKey, answered?: Answered): Promise<void>;

  /**
   * Adds the key unless the tenant has an admin key that is not revoked; says whether it did. Atomic. `keep` runs only where the key
   * will be added, and before it counts; where it throws, nothing is added.
   */
  abstract addFirstAdmin(key: ApiKey, keep?: () => Promise<void>): Promise<boolean>;

  /** Makes a revoked key valid again. */
  abstract restore(tenantId: string, id: string): Promise<void>;

  /** Keys that are not revoked, oldest first. */
  abstract list(tenantId: string, limit: number, after: CreationPosition | null): Promise<readonly ApiKey[]>;

  /** Revokes a key, unless it is the tenant's last valid admin key. Atomic. */
  abstract revoke(tenantId: string, id: string, revokedAt: string): Promise<Revocation>;
}
