import { Body, Controller, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller, CommandContext, Outcome } from '../kernel/command-context.js';
import { Allow } from '../platform/auth/access.js';
import { CallerOf, CommandFrom } from '../platform/http/command-from.js';
import { creationIn } from '../platform/http/creation-cursor.js';
import { DescribeCommand, DescribeRead } from '../platform/http/describe.js';
import { NoBodyRequest } from '../platform/http/no-body.request.js';
import { type Page, PageQuery, pageOf } from '../platform/http/page.js';
import { IdParam } from '../platform/http/params.js';
import { ChangeWebhookRequest, CreateWebhookRequest } from './commands/webhook.request.js';
import { WebhookCommands } from './commands/webhook-commands.js';
import { Ping } from './sending/ping.js';
import { WebhookReader } from './webhook/webhook-reader.js';
import {
  WebhookPageResponse,
  WebhookResponse,
  WebhookStandingResponse,
  WebhookTestResponse,
  WebhookWithSecretResponse,
} from './webhook/webhook.response.js';

/** Webhooks, for those who may send events elsewhere. */
@ApiTags('Webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly commands: WebhookCommands,
    private readonly reader: WebhookReader,
    private readonly ping: Ping,
  ) {}

  /** Sets a webhook up: from now on, or from a position on, events are posted there. Fails with `webhook-url-refused`. */
  @Post()
  @Allow('admin')
  @DescribeCommand({
    summary: 'Set up a webhook',
    description:
      'The secret that verifies its messages is shown in this answer only. A replay for the same Idempotency-Key answers with ' +
      '`secret: null`: where the first answer was lost, make another secret.',
    answer: WebhookWithSecretResponse,
    status: 201,
    problems: ['webhook-url-refused'],
  })
  create(@Body() request: CreateWebhookRequest, @CommandFrom() context: CommandContext): Promise<Outcome> {
    return this.commands.create(request, context);
  }

  /** Lists the webhooks with how far each is, oldest first. */
  @Get()
  @Allow('admin')
  @DescribeRead({ summary: 'List the webhooks', answer: WebhookPageResponse })
  async list(
    @Query() { limit, after }: PageQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<Page<WebhookStandingResponse>> {
    const found = await this.reader.list(tenantId, limit + 1, creationIn(after));
    return pageOf(found, limit, ({ created_at, id }) => [created_at, id]);
  }

  /** Reads a webhook: how far it is, what waits, how its receiver does. Fails with `webhook-not-found`. */
  @Get(':id')
  @Allow('admin')
  @DescribeRead({ summary: 'Read a webhook', answer: WebhookStandingResponse, problems: ['webhook-not-found'] })
  get(@IdParam('id') id: string, @CallerOf() { tenantId }: Caller): Promise<WebhookStandingResponse> {
    return this.reader.get(tenantId, id);
  }

  /** Changes what is sent, and where; pauses it, or takes it up where it stopped. */
  @Patch(':id')
  @Allow('admin')
  @DescribeCommand({
    summary: 'Change, pause or resume a webhook',
    description: 'Deliveries that were made already are sent all the same, to the new URL.',
    answer: WebhookResponse,
    problems: ['webhook-not-found', 'webhook-url-refused'],
  })
  change(
    @IdParam('id') id: string,
    @Body() request: ChangeWebhookRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.change(id, request, context);
  }

  /** Deletes a webhook and forgets what was to be sent to it. Fails with `webhook-not-found`. */
  @Delete(':id')
  @Allow('admin')
  @DescribeCommand({ summary: 'Delete a webhook', problems: ['webhook-not-found'] })
  async delete(@IdParam('id') id: string, @CommandFrom() context: CommandContext): Promise<Outcome | undefined> {
    const outcome = await this.commands.delete(id, context);
    return context.dryRun ? outcome : undefined;
  }

  /** Makes another secret. The one before signs too for 24 hours; make two to be rid of it at once. */
  @Post(':id/rotate-secret')
  @Allow('admin')
  @DescribeCommand({
    summary: 'Make another secret',
    answer: WebhookWithSecretResponse,
    problems: ['webhook-not-found'],
  })
  rotate(
    @IdParam('id') id: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.rotateSecret(id, context);
  }

  /** Sends a ping at once and answers what came of it, also while the webhook is paused. */
  @Post(':id/test')
  @Allow('admin')
  @DescribeCommand({
    summary: 'Send a ping',
    answer: WebhookTestResponse,
    problems: ['webhook-not-found', 'webhook-url-refused'],
  })
  test(
    @IdParam('id') id: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.ping.send(id, context);
  }
}
