import type { Role } from '../../kernel/command-context.js';
import { hashOf, hintOf, newSecret, type ApiKey } from './api-key.js';
import { newId } from '../new-id.js';

/** A key of its own for every call. */
export function someKey(tenantId: string, ...roles: readonly Role[]): ApiKey {
  const secret = newSecret();
  return {
    id: newId(),
    tenantId,
    name: 'some key',
    hash: hashOf(secret),
    hint: hintOf(secret),
    roles,
    actor: { type: 'user', id: 'ada' },
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: null,
    revokedAt: null,
  };
}
