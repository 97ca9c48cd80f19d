import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { CommandContext, Outcome } from '../event-store/command-context.js';
import { Receipts } from '../event-store/receipts.js';
import { outcomeAnswer } from '../http/outcome-answer.js';
import { hashOf, hintOf, newSecret, type ApiKey } from './api-key.js';
import { ApiKeyStore } from './api-key-store.js';
import type { CreateKeyRequest } from './create-key.request.js';
import { keyOnWire } from './key-on-wire.js';

/** Makes keys on request. */
@Injectable()
export class NewKeys {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly receipts: Receipts,
  ) {}

  /** Makes a key; its secret is in the outcome and nowhere else, the stored answer included. */
  async create(request: CreateKeyRequest, context: CommandContext): Promise<Outcome> {
    if (context.dryRun) return { kind: 'dry_run', body: { events: [] } };
    const secret = newSecret();
    const key = keyFrom(request, context, secret);
    await this.keys.add(key);
    const outcome = { kind: 'created', location: `/keys/${key.id}`, body: { ...keyOnWire(key), key: secret } } as const;
    if (context.receipt === undefined) return outcome;
    const withoutSecret = outcomeAnswer({ ...outcome, body: { ...outcome.body, key: null } });
    await this.receipts.store(context.caller.tenantId, context.receipt, withoutSecret);
    return { ...outcome, receiptStored: true };
  }
}

function keyFrom(request: CreateKeyRequest, { caller, now }: CommandContext, secret: string): ApiKey {
  const { name, roles, actor_type: type, actor_id: id } = request;
  return {
    id: uuidv7(),
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
