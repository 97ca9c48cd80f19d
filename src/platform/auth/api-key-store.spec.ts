import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { dataSourceOptions } from '../database/data-source.js';
import { Database } from '../database/database.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { someKey } from './api-key.fixture.js';
import { hashOf } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';
import { MemoryApiKeyStore } from './api-key-store.fake.js';
import { PgApiKeyStore } from './pg-api-key-store.js';

let test: TestDatabase;
let dataSource: DataSource;
let inPostgres: PgApiKeyStore;
const inMemory = new MemoryApiKeyStore();

beforeAll(async () => {
  test = await createTestDatabase();
  dataSource = new DataSource(dataSourceOptions(test.connection, 'stageline_app', { entities: [ApiKeyEntity] }));
  await dataSource.initialize();
  inPostgres = new PgApiKeyStore(new Database(dataSource));
});
afterAll(async () => {
  await dataSource.destroy();
  await test.drop();
});

const stores: readonly { name: string; storeOf: () => ApiKeyStore }[] = [
  { name: 'PostgreSQL', storeOf: () => inPostgres },
  { name: 'memory', storeOf: () => inMemory },
];

const later = '2026-02-01T00:00:00.000Z';

// What every store of keys has to do; each test takes a tenant of its own.
describe.each(stores)('keys in $name', ({ storeOf }) => {
  it('are found by their hash, whole', async () => {
    const key = someKey(uuidv7(), 'operator', 'approver');
    await storeOf().add(key);
    expect(await storeOf().findByHash(key.hash)).toEqual(key);
    expect(await storeOf().findByHash(hashOf('another'))).toBeNull();
  });

  it('are kept once each', async () => {
    const key = someKey(uuidv7(), 'viewer');
    await storeOf().add(key);
    await expect(storeOf().add({ ...key, id: uuidv7() })).rejects.toThrow();
  });

  it('have one first admin, however many want to be it', async () => {
    const tenantId = uuidv7();
    const added = await Promise.all([1, 2, 3].map(() => storeOf().addFirstAdmin(someKey(tenantId, 'admin'))));
    expect(added.filter(Boolean)).toHaveLength(1);
  });

  it('have a first admin only once it is kept elsewhere, and ask to keep no other', async () => {
    const key = someKey(uuidv7(), 'admin');
    const fails = () => Promise.reject(new Error('The disk is full.'));
    await expect(storeOf().addFirstAdmin(key, fails)).rejects.toThrow('The disk is full.');
    expect(await storeOf().findByHash(key.hash)).toBeNull();
    expect(await storeOf().addFirstAdmin(key)).toBe(true);
    expect(await storeOf().addFirstAdmin(someKey(key.tenantId, 'admin'), fails)).toBe(false);
  });

  it('are listed in order, page by page, without those of others and those revoked', async () => {
    const tenantId = uuidv7();
    const keys = [someKey(tenantId, 'viewer'), someKey(tenantId, 'viewer'), someKey(tenantId, 'viewer')] as const;
    for (const key of [...keys, someKey(uuidv7(), 'viewer')]) await storeOf().add(key);
    await storeOf().revoke(tenantId, keys[1].id, later);
    expect(await storeOf().list(tenantId, 1, null)).toEqual([keys[0]]);
    expect(await storeOf().list(tenantId, 5, keys[0])).toEqual([keys[2]]);
  });

  it('are revoked once, by their tenant only, and can be restored', async () => {
    const key = someKey(uuidv7(), 'viewer');
    await storeOf().add(key);
    expect(await storeOf().revoke(uuidv7(), key.id, later)).toBe('absent');
    expect(await storeOf().revoke(key.tenantId, key.id, later)).toBe('revoked');
    expect(await storeOf().revoke(key.tenantId, key.id, later)).toBe('absent');
    expect(await storeOf().findByHash(key.hash)).toMatchObject({ revokedAt: later });
    await storeOf().restore(key.tenantId, key.id);
    expect(await storeOf().findByHash(key.hash)).toMatchObject({ revokedAt: null });
  });

  it('never lose the last admin, even when two are revoked at once', async () => {
    const tenantId = uuidv7();
    const admins = [someKey(tenantId, 'admin'), someKey(tenantId, 'admin', 'viewer')];
    for (const key of admins) await storeOf().add(key);
    const results = await Promise.all(admins.map(({ id }) => storeOf().revoke(tenantId, id, later)));
    expect(results.toSorted()).toEqual(['last-admin', 'revoked']);
  });
});
