import { hashOf, hintOf, newSecret, type ApiKey } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';
import { newId } from '../new-id.js';

/** Whose first key, and when; `now` is ISO 8601. */
export type FirstKeyRequest = Readonly<{ tenantId: string; now: string }>;

/**
 * Makes an admin key where the tenant has none, and returns it to be shown this once; null where there is one. `keep` gets the key
 * before it counts, so that a crash never leaves a key that nobody knows. Atomic across processes.
 */
export async function makeFirstKey(
  store: ApiKeyStore,
  request: FirstKeyRequest,
  keep: (secret: string) => Promise<void> = () => Promise.resolve(),
): Promise<string | null> {
  const secret = newSecret();
  return (await store.addFirstAdmin(adminKey(request, secret), () => keep(secret))) ? secret : null;
}

/** Lets the key of `STAGELINE_ADMIN_KEY` in, even if it was revoked: the operator's word is the last. Atomic across processes. */
export async function admitConfiguredKey(
  store: ApiKeyStore,
  request: FirstKeyRequest,
  configured: string,
): Promise<void> {
  const known = await store.findByHash(hashOf(configured));
  if (known === null) await addConfigured(store, adminKey(request, configured));
  else if (known.revokedAt !== null) await store.restore(request.tenantId, known.id);
}

async function addConfigured(store: ApiKeyStore, key: ApiKey): Promise<void> {
  try {
    await store.add(key);
  } catch (error) {
    // Another process that starts with the same configuration was faster.
    if ((await store.findByHash(key.hash)) === null) throw error;
  }
}

function adminKey({ tenantId, now }: FirstKeyRequest, secret: string): ApiKey {
  return {
    id: newId(),
    tenantId,
    name: 'first admin key',
    hash: hashOf(secret),
    hint: hintOf(secret),
    roles: ['admin'],
    actor: { type: 'user', id: 'admin' },
    createdAt: now,
    createdBy: null,
    revokedAt: null,
  };
}
