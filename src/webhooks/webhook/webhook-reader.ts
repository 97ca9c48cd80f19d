import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import type { CreationPosition } from '../../platform/database/list-by-creation.js';
import { type Receiver, WebhookSecrets } from '../webhook-secrets.js';
import type { WebhookStandingResponse } from './webhook.response.js';

/** A webhook as it is stored, with its progress and what waits. */
type StandingRow = Readonly<{
  id: string;
  origin: string;
  url_id: string;
  secret_id: string;
  signing_before: string | null;
  categories: readonly string[];
  event_types: readonly string[];
  description: string | null;
  from_position: string;
  status: 'active' | 'paused';
  paused_because: string | null;
  secret_rotated_at: Date | null;
  created_at: Date;
  updated_at: Date;
  position: string | null;
  head: string;
  failing_since: Date | null;
  rests_until: Date | null;
  last_success_at: Date | null;
  last_failure_at: Date | null;
  last_error: string | null;
  pending_count: string;
  held_count: string;
  dead_count: string;
  held_streams: readonly string[];
}>;

/** Webhooks with how far they are. */
@Injectable()
export class WebhookReader {
  constructor(
    private readonly database: Database,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** A tenant's that are not deleted, oldest first. */
  async list(
    tenantId: string,
    limit: number,
    after: CreationPosition | null,
  ): Promise<readonly WebhookStandingResponse[]> {
    const values = [tenantId, null, limit, after?.createdAt ?? null, after?.id ?? null];
    const rows = await this.database.query<StandingRow>(tenantId, STANDINGS, values);
    const urls = await this.secrets.open(
      tenantId,
      rows.map(({ url_id }) => url_id),
    );
    return rows.map((row) => standingOnWire(row, urls.get(row.url_id) ?? null));
  }

  /** @throws DomainError `webhook-not-found` */
  async get(tenantId: string, id: string): Promise<WebhookStandingResponse> {
    const row = await this.find(tenantId, id);
    const urls = await this.secrets.open(tenantId, [row.url_id]);
    return standingOnWire(row, urls.get(row.url_id) ?? null);
  }

  /** Where it is sent; null where this process does not have the key to know. @throws DomainError `webhook-not-found` */
  async receiver(tenantId: string, id: string): Promise<Receiver | null> {
    const { url_id: urlId, secret_id: secretId, signing_before: before } = await this.find(tenantId, id);
    return this.secrets.receiver(tenantId, urlId, before === null ? [secretId] : [secretId, before]);
  }

  private async find(tenantId: string, id: string): Promise<StandingRow> {
    const [row] = await this.database.query<StandingRow>(tenantId, STANDINGS, [tenantId, id, 1, null, null]);
    if (row === undefined) throw refuse('webhook-not-found', `There is no webhook ${id}.`);
    return row;
  }
}

function standingOnWire(row: StandingRow, url: string | null): WebhookStandingResponse {
  const [position, head] = [Number(row.position ?? row.from_position), Number(row.head)];
  return {
    id: row.id,
    url,
    origin: row.origin,
    categories: row.categories,
    event_types: row.event_types,
    description: row.description,
    status: row.status === 'active' && row.failing_since !== null ? 'failing' : row.status,
    paused_because: row.paused_because,
    from_position: Number(row.from_position),
    secret_rotated_at: momentOf(row.secret_rotated_at),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    position,
    head_position: head,
    lag: Math.max(0, head - position),
    ...deliveriesOnWire(row),
  };
}

function deliveriesOnWire(row: StandingRow) {
  return {
    pending_count: Number(row.pending_count),
    held_count: Number(row.held_count),
    dead_count: Number(row.dead_count),
    held_streams: row.held_streams,
    failing_since: momentOf(row.failing_since),
    rests_until: momentOf(row.rests_until),
    last_success_at: momentOf(row.last_success_at),
    last_failure_at: momentOf(row.last_failure_at),
    last_error: row.last_error,
  };
}

function momentOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}

const STANDINGS = {
  name: 'webhook_standings',
  text: `select w.*, p.position, p.failing_since, p.rests_until, p.last_success_at, p.last_failure_at, p.last_error,
      case when w.secret_rotated_at > clock_timestamp() - interval '24 hours' then w.previous_secret_id end as signing_before,
      (select last_position from seal_state) as head, d.*,
      array(select stream_id from webhook_deliveries where webhook_id = w.id and status = 'dead' order by position limit 20) as held_streams
    from webhooks w
    left join webhook_progress p on p.webhook_id = w.id
    cross join lateral (
      select count(*) filter (where status = 'pending') as pending_count, count(*) filter (where status = 'held') as held_count,
        count(*) filter (where status = 'dead') as dead_count
      from webhook_deliveries where webhook_id = w.id and status in ('pending', 'held', 'dead')) d
    where w.tenant_id = $1 and w.status <> 'deleted' and ($2::uuid is null or w.id = $2)
      and ($4::timestamptz is null or (w.created_at, w.id) > ($4, $5::uuid))
    order by w.created_at, w.id limit $3`,
};
