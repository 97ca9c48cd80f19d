import type { CreationPosition } from '../http/creation-cursor.js';
import type { ApiKey } from './api-key.js';

/** What became of a revocation. */
export type Revocation = 'revoked' | 'absent' | 'last-admin';

/** Where keys are kept. */
export abstract class ApiKeyStore {
  /** The key with this hash, of any tenant; revoked ones too. */
  abstract findByHash(hash: Buffer): Promise<ApiKey | null>;

  abstract add(key: ApiKey): Promise<void>;

  /** Adds the key unless the tenant has an admin key that is not revoked; says whether it did. Atomic. */
  abstract addFirstAdmin(key: ApiKey): Promise<boolean>;

  /** Makes a revoked key valid again. */
  abstract restore(tenantId: string, id: string): Promise<void>;

  /** Keys that are not revoked, oldest first. */
  abstract list(tenantId: string, limit: number, after: CreationPosition | null): Promise<readonly ApiKey[]>;

  /** Revokes a key, unless it is the tenant's last valid admin key. Atomic. */
  abstract revoke(tenantId: string, id: string, revokedAt: string): Promise<Revocation>;
}
