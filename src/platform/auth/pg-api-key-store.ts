import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { storeReceipt } from '../event-store/receipts.js';
import type { CreationPosition } from '../database/list-by-creation.js';
import type { ApiKey } from './api-key.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { type Answered, ApiKeyStore, type Revocation } from './api-key-store.js';

/** Keys in PostgreSQL. */
@Injectable()
export class PgApiKeyStore extends ApiKeyStore {
  constructor(private readonly database: Database) {
    super();
  }

  async findByHash(hash: Buffer): Promise<ApiKey | null> {
    const entity = await this.database.system((manager) => manager.findOneBy(ApiKeyEntity, { keyHash: hash }));
    return entity === null ? null : keyOf(entity);
  }

  async add(key: ApiKey, answered?: Answered): Promise<void> {
    await this.inTransaction(key.tenantId, async (manager) => {
      if (answered !== undefined) await storeReceipt(manager, key.tenantId, answered.receipt, answered.answer);
      await manager.insert(ApiKeyEntity, entityOf(key));
    });
  }

  async addFirstAdmin(key: ApiKey, keep?: () => Promise<void>): Promise<boolean> {
    return this.inTransaction(key.tenantId, async (manager) => {
      // Two processes that start at once must not both make a first key; there may be no row to lock yet.
      await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`first key ${key.tenantId}`]);
      if ((await adminIds(manager, key.tenantId)).length > 0) return false;
      await keep?.();
      await manager.insert(ApiKeyEntity, entityOf(key));
      return true;
    });
  }

  async restore(tenantId: string, id: string): Promise<void> {
    await this.database.tenant(tenantId, (manager) =>
      manager.update(ApiKeyEntity, { tenantId, id }, { revokedAt: null }),
    );
  }

  async list(tenantId: string, limit: number, after: CreationPosition | null): Promise<readonly ApiKey[]> {
    return this.database.tenant(tenantId, async (manager) => {
      const query = manager
        .createQueryBuilder(ApiKeyEntity, 'key')
        .where('key.tenant_id = :tenantId and key.revoked_at is null', { tenantId })
        .orderBy('key.created_at')
        .addOrderBy('key.id')
        .limit(limit);
      if (after !== null) query.andWhere('(key.created_at, key.id) > (:createdAt, :id)', after);
      return (await query.getMany()).map(keyOf);
    });
  }

  async revoke(tenantId: string, id: string, revokedAt: string): Promise<Revocation> {
    return this.inTransaction(tenantId, async (manager) => {
      const admins = await adminIds(manager, tenantId);
      if (admins.length === 1 && admins[0] === id) return 'last-admin';
      const sql =
        'update api_keys set revoked_at = $3 where tenant_id = $1 and id = $2 and revoked_at is null returning id';
      const [rows] = await manager.query<[readonly object[], number]>(sql, [tenantId, id, revokedAt]);
      return rows.length === 0 ? 'absent' : 'revoked';
    });
  }

  private inTransaction<T>(tenantId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.tenant(tenantId, (manager) => manager.transaction(work));
  }
}

/** Ids of the valid admin keys, locked until the transaction ends: two revocations cannot each leave the other. */
async function adminIds(manager: EntityManager, tenantId: string): Promise<readonly string[]> {
  const sql = `select id from api_keys where tenant_id = $1 and revoked_at is null and 'admin' = any(roles) order by id for update`;
  const rows = await manager.query<readonly { id: string }[]>(sql, [tenantId]);
  return rows.map(({ id }) => id);
}

function keyOf(entity: ApiKeyEntity): ApiKey {
  const { id, tenantId, name, keyHash, keyHint, roles, actorType, actorId, createdAt, createdBy, revokedAt } = entity;
  return {
    id,
    tenantId,
    name,
    hash: keyHash,
    hint: keyHint,
    roles,
    actor: { type: actorType, id: actorId },
    createdAt: createdAt.toISOString(),
    createdBy,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}

function entityOf({ hash, hint, roles, actor, createdAt, revokedAt, ...same }: ApiKey): ApiKeyEntity {
  return {
    ...same,
    keyHash: hash,
    keyHint: hint,
    roles: [...roles],
    actorType: actor.type,
    actorId: actor.id,
    createdAt: new Date(createdAt),
    revokedAt: revokedAt === null ? null : new Date(revokedAt),
  };
}
