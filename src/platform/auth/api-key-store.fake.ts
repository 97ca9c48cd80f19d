import type { CreationPosition } from '../database/list-by-creation.js';
import type { Receipts } from '../event-store/receipts.js';
import type { ApiKey } from './api-key.js';
import { type Answered, ApiKeyStore, type Revocation } from './api-key-store.js';

/** Keys in memory, for tests; held to the same contract as the one in PostgreSQL. */
export class MemoryApiKeyStore extends ApiKeyStore {
  lookUpCount = 0;
  private keys: readonly ApiKey[] = [];

  findByHash(hash: Buffer): Promise<ApiKey | null> {
    this.lookUpCount += 1;
    return Promise.resolve(this.keys.find((key) => key.hash.equals(hash)) ?? null);
  }

  constructor(private readonly receipts: Pick<Receipts, 'store'> | null = null) {
    super();
  }

  async add(key: ApiKey, answered?: Answered): Promise<void> {
    if (this.keys.some(({ hash }) => hash.equals(key.hash))) throw new Error('duplicate hash');
    if (answered !== undefined) await this.receipts?.store(key.tenantId, answered.receipt, answered.answer);
    this.keys = [...this.keys, key];
  }

  async addFirstAdmin(key: ApiKey, keep?: () => Promise<void>): Promise<boolean> {
    if (this.admins(key.tenantId).length > 0) return false;
    if (keep !== undefined) await keep();
    await this.add(key);
    return true;
  }

  restore(tenantId: string, id: string): Promise<void> {
    this.change(tenantId, id, null);
    return Promise.resolve();
  }

  list(tenantId: string, limit: number, after: CreationPosition | null): Promise<readonly ApiKey[]> {
    const valid = this.valid(tenantId).toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
    const rest = after === null ? valid : valid.filter((key) => sortKey(key) > sortKey(after));
    return Promise.resolve(rest.slice(0, limit));
  }

  revoke(tenantId: string, id: string, revokedAt: string): Promise<Revocation> {
    const admins = this.admins(tenantId);
    if (admins.length === 1 && admins[0]?.id === id) return Promise.resolve('last-admin');
    if (!this.valid(tenantId).some((key) => key.id === id)) return Promise.resolve('absent');
    this.change(tenantId, id, revokedAt);
    return Promise.resolve('revoked');
  }

  private change(tenantId: string, id: string, revokedAt: string | null): void {
    this.keys = this.keys.map((key) => (key.tenantId === tenantId && key.id === id ? { ...key, revokedAt } : key));
  }

  private valid(tenantId: string): readonly ApiKey[] {
    return this.keys.filter((key) => key.tenantId === tenantId && key.revokedAt === null);
  }

  private admins(tenantId: string): readonly ApiKey[] {
    return this.valid(tenantId).filter(({ roles }) => roles.includes('admin'));
  }
}

function sortKey({ createdAt, id }: CreationPosition): string {
  return `${createdAt} ${id}`;
}
