import { NIL } from 'uuid';
import type { Caller } from '../../kernel/command-context.js';

/** The service itself as the caller of a command: no key, no roles, and its part's name as the actor. */
export function systemCaller(tenantId: string, part: string): Caller {
  return { tenantId, keyId: NIL, actor: { type: 'system', id: part }, roles: [] };
}
