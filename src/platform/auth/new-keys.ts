import { Injectable } from '@nestjs/common';
import type { StoredAnswer } from '../event-store/append.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { outcomeAnswer } from '../event-store/outcome-answer.js';
import { hashOf, hintOf, newSecret, type ApiKey } from './api-key.js';
import { ApiKeyStore } from './api-key-store.js';
import type { CreateKeyRequest } from './create-key.request.js';
import { keyOnWire } from './key-on-wire.js';
import { newId } from '../new-id.js';

/** Makes keys on request. */
@Injectable()
export class NewKeys {
  constructor(private readonly keys: ApiKeyStore) {}

  /** Makes a key; its secret is in the outcome and nowhere else, the stored answer included. */
  async create(request: CreateKeyRequest, context: CommandContext): Promise<Outcome> {
    if (context.dryRun) return { kind: 'dry_run', body: { events: [] } };
    const secret = newSecret();
    const key = keyFrom(request, context, secret);
    const outcome = { kind: 'created', location: `/keys/${key.id}`, body: { ...keyOnWire(key), key: secret } } as const;
    const { receipt } = context;
    if (receipt === undefined) await this.keys.add(key);
    else await this.keys.add(key, { receipt, answer: withoutSecret(outcome) });
    return { ...outcome, receiptStored: receipt !== undefined };
  }
}

function withoutSecret(outcome: Outcome): StoredAnswer {
  return outcomeAnswer({ ...outcome, body: { ...outcome.body, key: null } });
}

function keyFrom(request: CreateKeyRequest, { caller, now }: CommandContext, secret: string): ApiKey {
  const { name, roles, actor_type: type, actor_id: id } = request;
  return {
    id: newId(),
    tenantId: caller.tenantId,
    name,
    hash: hashOf(secret),
    hint: hintOf(secret),
    roles,
    actor: { type, id },
    createdAt: now,
    createdBy: caller.keyId,
    revokedAt: null,
  };
}
