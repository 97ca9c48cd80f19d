import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { whole } from '../../platform/http/field-rules.js';
import { Choice } from '../../platform/http/fields.js';
import { type Page, PageQuery, pageOf, positionIn } from '../../platform/http/page.js';
import { type DeliveryResponse, deliveryStatuses } from './delivery.response.js';

/** What a list of deliveries may be narrowed to. */
export class DeliveryFilterQuery extends PageQuery {
  @Choice(deliveryStatuses, { optional: true })
  readonly status?: string;
}

type DeliveryRow = Readonly<{
  event_id: string;
  position: string;
  event_type: string;
  category: string;
  stream_id: string;
  stream_version: string;
  status: string;
  attempts: number;
  next_attempt_at: Date | null;
  last_status: number | null;
  last_error: string | null;
  created_at: Date;
  delivered_at: Date | null;
  skipped_at: Date | null;
  skipped_by: string | null;
}>;

/** The deliveries of a webhook, and deciding about those that do not arrive. */
@Injectable()
export class DeliveryList {
  constructor(private readonly database: Database) {}

  /** In the order of the timeline; those that arrived long ago are forgotten. */
  async page(tenantId: string, webhookId: string, asked: DeliveryFilterQuery): Promise<Page<DeliveryResponse>> {
    const [after = 0] = positionIn(asked.after, [whole(0, Number.MAX_SAFE_INTEGER).holds]) ?? [];
    const values = [tenantId, webhookId, after, asked.limit + 1];
    const rows = await (asked.status === undefined
      ? this.database.query<DeliveryRow>(tenantId, ALL, values)
      : this.database.query<DeliveryRow>(tenantId, WITH_STATUS, [...values, asked.status]));
    const { items, next } = pageOf(rows, asked.limit, ({ position }) => [Number(position)]);
    return { items: items.map(deliveryOnWire), next };
  }

  /** @throws DomainError `delivery-not-found` */
  async get(tenantId: string, webhookId: string, eventId: string): Promise<DeliveryResponse> {
    const [row] = await this.database.query<DeliveryRow>(tenantId, ONE, [tenantId, webhookId, eventId]);
    if (row === undefined) throw refuse('delivery-not-found', `This webhook has no delivery ${eventId}.`);
    return deliveryOnWire(row);
  }

  /** Sends dead letters again, of one event or all of the webhook; answers how many. */
  async replay(tenantId: string, webhookId: string, eventId: string | null): Promise<number> {
    const [row] = await this.database.call<{ count: number }>(REPLAY, [tenantId, webhookId, eventId]);
    return row?.count ?? 0;
  }

  /** Decides that an event is not sent; answers whether that was still to be decided. */
  async skip(tenantId: string, webhookId: string, eventId: string, by: string): Promise<boolean> {
    const [row] = await this.database.call<{ skipped: boolean }>(SKIP, [tenantId, webhookId, eventId, by]);
    return row?.skipped === true;
  }
}

function deliveryOnWire(row: DeliveryRow): DeliveryResponse {
  return {
    id: row.event_id,
    position: Number(row.position),
    event_type: row.event_type,
    category: row.category,
    stream_id: row.stream_id,
    stream_version: Number(row.stream_version),
    status: row.status,
    attempts: row.attempts,
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    last_status: row.last_status,
    last_error: row.last_error,
    created_at: row.created_at.toISOString(),
    delivered_at: row.delivered_at?.toISOString() ?? null,
    skipped_at: row.skipped_at?.toISOString() ?? null,
    skipped_by: row.skipped_by,
  };
}

const OF_WEBHOOK = 'select * from webhook_deliveries where tenant_id = $1 and webhook_id = $2';
const ALL = { name: 'deliveries', text: `${OF_WEBHOOK} and position > $3 order by position limit $4` };
const WITH_STATUS = {
  name: 'deliveries_with_status',
  text: `${OF_WEBHOOK} and position > $3 and status = $5 order by position limit $4`,
};
const ONE = { name: 'delivery', text: `${OF_WEBHOOK} and event_id = $3` };
const REPLAY = { name: 'replay_deliveries', text: 'select replay_deliveries($1, $2, $3) as count' };
const SKIP = { name: 'skip_delivery', text: 'select skip_delivery($1, $2, $3, $4) as skipped' };
