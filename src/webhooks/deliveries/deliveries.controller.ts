import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { refuse } from '../../kernel/domain-error.js';
import { Allow } from '../../platform/auth/access.js';
import { CallerOf, CommandFrom } from '../../platform/http/command-from.js';
import { DescribeCommand, DescribeRead } from '../../platform/http/describe.js';
import { NoBodyRequest } from '../../platform/http/no-body.request.js';
import type { Page } from '../../platform/http/page.js';
import { IdParam } from '../../platform/http/params.js';
import { WebhookReader } from '../webhook/webhook-reader.js';
import { DeliveryFilterQuery, DeliveryList } from './delivery-list.js';
import { DeliveryPageResponse, DeliveryResponse, ReplayedResponse } from './delivery.response.js';

const problems = ['webhook-not-found', 'delivery-not-found', 'delivery-closed'] as const;

/** What is on its way to a webhook, and what did not arrive. */
@ApiTags('Webhooks')
@Controller('webhooks/:id')
export class DeliveriesController {
  constructor(
    private readonly reader: WebhookReader,
    private readonly deliveries: DeliveryList,
  ) {}

  /** Lists the deliveries in the order of the timeline. Fails with `webhook-not-found`. */
  @Get('deliveries')
  @Allow('admin')
  @DescribeRead({ summary: 'List the deliveries', answer: DeliveryPageResponse, problems: ['webhook-not-found'] })
  async list(
    @IdParam('id') id: string,
    @Query() asked: DeliveryFilterQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<Page<DeliveryResponse>> {
    await this.reader.get(tenantId, id);
    return this.deliveries.page(tenantId, id, asked);
  }

  /** Sends a dead letter again, with all its attempts before it; what is held behind it follows. One that is tried already is left alone. */
  @Post('deliveries/:deliveryId/replay')
  @Allow('admin')
  @DescribeCommand({ summary: 'Send a dead letter again', answer: DeliveryResponse, problems })
  replay(
    @IdParam('id') id: string,
    @IdParam('deliveryId', 'The id of the event.') eventId: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    const { tenantId } = context.caller;
    return this.decide(id, eventId, context, ['dead', 'pending'], async () => {
      await this.deliveries.replay(tenantId, id, eventId);
    });
  }

  /** Decides that an event is not sent to this webhook, dead or still tried; what is held behind it goes on. */
  @Post('deliveries/:deliveryId/skip')
  @Allow('admin')
  @DescribeCommand({ summary: 'Skip a delivery', answer: DeliveryResponse, problems })
  skip(
    @IdParam('id') id: string,
    @IdParam('deliveryId', 'The id of the event.') eventId: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    const { tenantId, actor } = context.caller;
    return this.decide(id, eventId, context, ['dead', 'pending', 'skipped'], async () => {
      await this.deliveries.skip(tenantId, id, eventId, `${actor.type} ${actor.id}`);
    });
  }

  /** Sends all dead letters of a webhook again. */
  @Post('replay')
  @Allow('admin')
  @DescribeCommand({
    summary: 'Send all dead letters again',
    answer: ReplayedResponse,
    problems: ['webhook-not-found'],
  })
  async replayAll(
    @IdParam('id') id: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() { caller: { tenantId }, dryRun }: CommandContext,
  ): Promise<Outcome> {
    await this.reader.get(tenantId, id);
    if (dryRun) return { kind: 'dry_run', body: { events: [] } };
    return { kind: 'ok', body: { replayed_count: await this.deliveries.replay(tenantId, id, null) } };
  }

  private async decide(
    id: string,
    eventId: string,
    { caller: { tenantId }, dryRun }: CommandContext,
    statuses: readonly string[],
    act: () => Promise<void>,
  ): Promise<Outcome> {
    await this.reader.get(tenantId, id);
    const delivery = await this.deliveries.get(tenantId, id, eventId);
    if (!statuses.includes(delivery.status)) throw closed(delivery);
    if (dryRun) return { kind: 'dry_run', body: { events: [] } };
    await act();
    return { kind: 'ok', body: await this.deliveries.get(tenantId, id, eventId) };
  }
}

function closed({ status }: DeliveryResponse) {
  return refuse('delivery-closed', `This delivery is ${status}.`, { delivery_status: status });
}
