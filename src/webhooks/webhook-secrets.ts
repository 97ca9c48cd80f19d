/**
 * How the URLs and the secrets of webhooks are kept.
 *
 * Each is encrypted by itself with the vault key, which is not in the database, and bound to its own place: moved to another webhook it does not
 * open. It is committed before the event that names it and never changed, so that one that was opened may be remembered. What nothing names
 * is removed after an hour (forget_webhooks).
 */
import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Encrypted } from '../kernel/encrypted.js';
import { Database } from '../platform/database/database.js';
import { newId } from '../platform/new-id.js';
import { decrypt, encrypt } from '../platform/personal-data/encryption.js';
import { VAULT_KEY, type VaultKey } from '../platform/vault/vault-key.js';

const SECRET_BYTES = 32;

/** So many are remembered; then all are forgotten and opened again. */
const MEMORY_SIZE = 2000;

type SecretRow = Readonly<{ id: string; webhook_id: string; key_id: string; encrypted: Encrypted }>;

/** Where a webhook is sent, and what signs: the secret, then the one before while it still counts. */
export type Receiver = Readonly<{ url: string; secrets: readonly string[] }>;

/** Makes a signing secret as Standard Webhooks writes them: `whsec_` and the base64 of 32 bytes of chance. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

@Injectable()
export class WebhookSecrets {
  private readonly opened = new Map<string, string>();

  constructor(
    private readonly database: Database,
    @Inject(VAULT_KEY) private readonly vault: VaultKey,
  ) {}

  /** The id of the key that this process opens secrets with. */
  get keyId(): string {
    return this.vault.id;
  }

  /** Keeps a URL or a secret of a webhook; answers the id by which an event names it. */
  async keep(tenantId: string, webhookId: string, value: string): Promise<string> {
    const id = newId();
    const encrypted = encrypt(this.vault.key, webhookId, id, value);
    await this.database.query(tenantId, KEEP, [id, webhookId, tenantId, this.vault.id, encrypted]);
    return id;
  }

  /** Those of these that this process can open, by id: one that was encrypted with another key is not among them. */
  async open(tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const unknown = ids.filter((id) => !this.opened.has(id));
    const rows = unknown.length === 0 ? [] : await this.database.query<SecretRow>(tenantId, FIND, [tenantId, unknown]);
    if (this.opened.size + rows.length > MEMORY_SIZE) this.opened.clear();
    const found = new Map(rows.filter(({ key_id }) => key_id === this.vault.id).map((row) => [row.id, this.read(row)]));
    for (const [id, value] of found) this.opened.set(id, value);
    return new Map(ids.flatMap((id) => [[id, found.get(id) ?? this.opened.get(id)] as const]).filter(isThere));
  }

  /** The same as whom to send to; null where this process cannot open the URL or the secret, which is the first. */
  async receiver(tenantId: string, urlId: string, secretIds: readonly [string, ...string[]]): Promise<Receiver | null> {
    const opened = await this.open(tenantId, [urlId, ...secretIds]);
    const [url, secret] = [opened.get(urlId), opened.get(secretIds[0])];
    if (url === undefined || secret === undefined) return null;
    return { url, secrets: secretIds.flatMap((id) => opened.get(id) ?? []) };
  }

  private read({ id, webhook_id: webhookId, encrypted }: SecretRow): string {
    return decrypt(this.vault.key, webhookId, id, encrypted) as string;
  }
}

function isThere(entry: readonly [string, string | undefined]): entry is readonly [string, string] {
  return entry[1] !== undefined;
}

const KEEP = {
  name: 'keep_webhook_secret',
  text: 'insert into webhook_secrets (id, webhook_id, tenant_id, key_id, encrypted) values ($1, $2, $3, $4, $5)',
};
const FIND = {
  name: 'find_webhook_secrets',
  text: 'select id, webhook_id, key_id, encrypted from webhook_secrets where tenant_id = $1 and id = any ($2::uuid[])',
};
