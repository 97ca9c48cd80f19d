import { Inject, Injectable } from '@nestjs/common';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import type { StreamRows } from '../../kernel/projection.js';
import { Database } from '../../platform/database/database.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { TimelineReader } from '../../platform/event-store/timeline-reader.js';
import { invalidInput } from '../../platform/http/invalid-input.js';
import { newId } from '../../platform/new-id.js';
import type { AllowedHosts } from '../../platform/outbound/allowed-addresses.js';
import { ALLOWED_HOSTS, receiverUrl } from '../receiver-url.js';
import type { WebhookCommand } from '../webhook.decider.js';
import { WebhookSecrets, newSigningSecret } from '../webhook-secrets.js';
import { webhookStream } from '../webhook-stream.js';
import { type WebhookRow, webhooks } from '../webhook/webhook.projection.js';
import { webhookOnWire } from '../webhook/webhook-on-wire.js';
import { WebhookReader } from '../webhook/webhook-reader.js';
import type { ChangeWebhookRequest, CreateWebhookRequest } from './webhook.request.js';

/** What is shown to who asked and is in nothing that is stored: neither in events nor in the answer kept for an idempotency key. */
type Shown = Readonly<{ url?: string; secret?: string }>;

/** Sets webhooks up, changes and deletes them. */
@Injectable()
export class WebhookCommands {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly secrets: WebhookSecrets,
    private readonly reader: WebhookReader,
    private readonly timeline: TimelineReader,
    private readonly database: Database,
    @Inject(ALLOWED_HOSTS) private readonly allowed: AllowedHosts,
  ) {}

  /** @throws DomainError `invalid-input`, `webhook-url-refused` */
  async create(request: CreateWebhookRequest, context: CommandContext): Promise<Outcome> {
    const { href: url, origin } = await receiverUrl(request.url, this.allowed);
    const id = newId();
    const secret = newSigningSecret();
    const data = {
      origin,
      url_id: await this.keep(id, url, context),
      secret_id: await this.keep(id, secret, context),
      categories: request.categories ?? [],
      event_types: request.event_types ?? [],
      description: request.description ?? null,
      from_position: await this.beginning(request.from_position),
    };
    const outcome = await this.executor.execute(webhookStream, {
      streamId: id,
      isNew: true,
      command: { type: 'create_webhook', data },
      context,
      answer: (rows) => ({
        kind: 'created',
        noun: 'webhook',
        location: `/webhooks/${id}`,
        body: { ...bodyOf(rows, id), secret: null },
      }),
    });
    return showing({ url, secret }, outcome, context);
  }

  /** @throws DomainError `webhook-not-found`, `invalid-input`, `webhook-url-refused` */
  async change(id: string, request: ChangeWebhookRequest, context: CommandContext): Promise<Outcome> {
    const { tenantId } = context.caller;
    const before = await this.reader.get(tenantId, id);
    const url = request.url === undefined ? null : await receiverUrl(request.url, this.allowed);
    const moved = url === null || url.href === before.url ? null : url;
    const { categories, event_types, description, status, reason } = request;
    const given = Object.entries({ categories, event_types, description }).filter(([, value]) => value !== undefined);
    const terms = {
      ...Object.fromEntries(given),
      ...(moved === null ? {} : { origin: moved.origin, url_id: await this.keep(id, moved.href, context) }),
    };
    const command = { type: 'change_webhook', data: { terms, status, reason } } as const;
    const outcome = await this.executor.execute(webhookStream, taskOn(id, command, context));
    if (!context.dryRun && (moved !== null || status === 'active')) await this.refresh(tenantId, id);
    const shown = moved?.href ?? before.url;
    return showing(shown === null ? {} : { url: shown }, outcome, context);
  }

  /** Makes another secret; the one before signs as well for 24 hours. @throws DomainError `webhook-not-found` */
  async rotateSecret(id: string, context: CommandContext): Promise<Outcome> {
    const { url } = await this.reader.get(context.caller.tenantId, id);
    const secret = newSigningSecret();
    const data = { secret_id: await this.keep(id, secret, context) };
    const task = taskOn(id, { type: 'rotate_secret', data }, context);
    const answer = (rows: StreamRows) => ({ noun: 'webhook', body: { ...bodyOf(rows, id), secret: null } });
    const outcome = await this.executor.execute(webhookStream, { ...task, answer });
    return showing(url === null ? { secret } : { url, secret }, outcome, context);
  }

  /** Deletes it; what was to be sent is forgotten. @throws DomainError `webhook-not-found` */
  async delete(id: string, context: CommandContext): Promise<Outcome> {
    return this.executor.execute(webhookStream, {
      ...taskOn(id, { type: 'delete_webhook' }, context),
      answer: () => ({ body: {} }),
    });
  }

  private keep(webhookId: string, value: string, { caller, dryRun }: CommandContext): Promise<string> {
    return dryRun ? Promise.resolve(newId()) : this.secrets.keep(caller.tenantId, webhookId, value);
  }

  private async beginning(asked: number | undefined): Promise<number> {
    const head = await this.timeline.head();
    if (asked === undefined || asked <= head) return asked ?? head;
    const detail = `must be at most ${String(head)}, the last position given so far.`;
    throw invalidInput([{ pointer: '/from_position', detail }]);
  }

  private async refresh(tenantId: string, id: string): Promise<void> {
    await this.database.call(REFRESH, [tenantId, id]);
  }
}

const REFRESH = { name: 'refresh_webhook', text: 'select refresh_webhook($1, $2)' };

/** A command on a webhook that is there, answered with it. */
export function taskOn(id: string, command: WebhookCommand, context: CommandContext) {
  return {
    streamId: id,
    command,
    context,
    answer: (rows: StreamRows) => ({ noun: 'webhook', body: bodyOf(rows, id) }),
  };
}

function bodyOf(rows: StreamRows, id: string): ReturnType<typeof webhookOnWire> {
  return webhookOnWire(rows[webhooks.name]?.get(id) as WebhookRow);
}

/** Where the answer is kept for an idempotency key, it is kept with the events, so that nothing is added to one that is kept later. */
function showing(shown: Shown, outcome: Outcome, { dryRun, receipt }: CommandContext): Outcome {
  const isKept = receipt === undefined || outcome.receiptStored === true;
  if (dryRun || outcome.replayed === true || !isKept) return outcome;
  return { ...outcome, body: { ...outcome.body, ...shown } };
}
