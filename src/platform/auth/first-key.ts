import { v7 as uuidv7 } from 'uuid';
import { hashOf, hintOf, newSecret, type ApiKey } from './api-key.js';
import type { ApiKeyStore } from './api-key-store.js';

/** `now` is ISO 8601; `configured` is `STAGELINE_ADMIN_KEY`, where set. */
export type FirstKeyRequest = Readonly<{ tenantId: string; configured?: string; now: string }>;

/**
 * Makes sure that somebody can get in.
 *
 * A configured key always works, even if it was revoked: the operator's word is the last. Without one, a key is made
 * the first time, and returned to be shown this once; null where there is nothing to show. Atomic across processes.
 */
export async function ensureFirstKey(store: ApiKeyStore, request: FirstKeyRequest): Promise<string | null> {
  const { tenantId, configured } = request;
  if (configured === undefined) {
    const secret = newSecret();
    return (await store.addFirstAdmin(adminKey(request, secret))) ? secret : null;
  }
  const known = await store.findByHash(hashOf(configured));
  if (known === null) await addConfigured(store, adminKey(request, configured));
  else if (known.revokedAt !== null) await store.restore(tenantId, known.id);
  return null;
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
    id: uuidv7(),
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
