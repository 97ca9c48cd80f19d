import { describe, expect, it } from '@jest/globals';
import { DEFAULT_TENANT_ID } from '../../kernel/command-context.js';
import { hashOf, newSecret, secretIn } from './api-key.js';
import { MemoryApiKeyStore } from './api-key-store.fake.js';
import { someKey } from './api-key.fixture.js';
import { admitConfiguredKey, makeFirstKey } from './first-key.js';
import { KeyRing } from './key-ring.js';

const now = '2026-01-01T00:00:00.000Z';

async function ringWith(...secrets: readonly string[]) {
  const store = new MemoryApiKeyStore();
  const keys = secrets.map((secret) => ({ ...someKey(DEFAULT_TENANT_ID, 'viewer'), hash: hashOf(secret) }));
  for (const key of keys) await store.add(key);
  return { store, keys, ring: new KeyRing(store) };
}

describe('a secret', () => {
  it('is sl_ and 43 characters, never the same twice', () => {
    expect(newSecret()).toMatch(/^sl_[\w-]{43}$/);
    expect(newSecret()).not.toBe(newSecret());
  });

  it.each([
    ['Bearer sl_12345678', 'sl_12345678'],
    ['bearer  own-admin-key', 'own-admin-key'],
    ['Basic sl_12345678', null],
    ['Bearer', null],
    ['Bearer a b c d e f g', null],
    [undefined, null],
  ])('in %j is %j', (header, secret) => expect(secretIn(header)).toBe(secret));
});

describe('the key ring', () => {
  it('knows whose a secret is, asking once in five seconds', async () => {
    const { store, ring, keys } = await ringWith('secret-1');
    const [one, two] = await Promise.all([ring.callerOf('secret-1', 0), ring.callerOf('secret-1', 4_999)]);
    expect(one).toMatchObject({ keyId: keys[0]?.id, tenantId: DEFAULT_TENANT_ID, roles: ['viewer'] });
    expect(two).toBe(one);
    expect(store.lookUpCount).toBe(1);
    await ring.callerOf('secret-1', 5_000);
    expect(store.lookUpCount).toBe(2);
  });

  it('remembers no secret that opens nothing', async () => {
    const { store, ring } = await ringWith();
    expect(await ring.callerOf('wrong', 0)).toBeNull();
    expect(await ring.callerOf('wrong', 0)).toBeNull();
    expect(store.lookUpCount).toBe(2);
  });

  it('tries again after a failure of the store', async () => {
    const { store, ring } = await ringWith('secret-1');
    const findByHash = store.findByHash.bind(store);
    store.findByHash = () => Promise.reject(new Error('offline'));
    await expect(ring.callerOf('secret-1', 0)).rejects.toThrow('offline');
    store.findByHash = findByHash;
    expect(await ring.callerOf('secret-1', 0)).not.toBeNull();
  });

  it('opens nothing from the moment a key is revoked', async () => {
    const { ring, keys } = await ringWith('secret-1');
    await ring.callerOf('secret-1', 0);
    await ring.revoke(DEFAULT_TENANT_ID, keys[0]?.id ?? '', now);
    expect(await ring.callerOf('secret-1', 1)).toBeNull();
  });

  it('says which key is not there', async () => {
    const { ring } = await ringWith();
    await expect(ring.revoke(DEFAULT_TENANT_ID, 'nope', now)).rejects.toMatchObject({ code: 'key-not-found' });
  });
});

describe('the first key', () => {
  const request = { tenantId: DEFAULT_TENANT_ID, now };

  it('is made once and shown once', async () => {
    const { store, ring } = await ringWith();
    const secret = await makeFirstKey(store, request);
    expect(await ring.callerOf(secret ?? '')).toMatchObject({ roles: ['admin'] });
    expect(await makeFirstKey(store, request)).toBeNull();
  });

  it('is kept before it opens anything, and is none where it cannot be kept', async () => {
    const { store, ring } = await ringWith();
    const kept: string[] = [];
    const failing = async (secret: string) => {
      kept.push(secret);
      expect(await ring.callerOf(secret)).toBeNull();
      throw new Error('The disk is full.');
    };
    await expect(makeFirstKey(store, request, failing)).rejects.toThrow('The disk is full.');
    expect(await store.list(DEFAULT_TENANT_ID, 10, null)).toEqual([]);
    const secret = await makeFirstKey(store, request, (made) => Promise.resolve(void kept.push(made)));
    expect(kept).toEqual([kept[0], secret]);
  });
});

describe('the configured key', () => {
  const request = { tenantId: DEFAULT_TENANT_ID, now };

  it('leaves no need for a first one', async () => {
    const { store, ring } = await ringWith();
    await admitConfiguredKey(store, request, 'own-admin-key');
    expect(await ring.callerOf('own-admin-key')).toMatchObject({ roles: ['admin'] });
    expect(await makeFirstKey(store, request)).toBeNull();
  });

  it('joins the others where it is configured later, and comes back where it was revoked', async () => {
    const { store, ring } = await ringWith();
    await makeFirstKey(store, request);
    await admitConfiguredKey(store, request, 'own-admin-key');
    await admitConfiguredKey(store, request, 'own-admin-key');
    expect(await store.list(DEFAULT_TENANT_ID, 10, null)).toHaveLength(2);
    const caller = await ring.callerOf('own-admin-key');
    await ring.revoke(DEFAULT_TENANT_ID, caller?.keyId ?? '', now);
    await admitConfiguredKey(store, request, 'own-admin-key');
    expect(await ring.callerOf('own-admin-key')).not.toBeNull();
  });
});
