import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { WebhookSecrets } from '../webhook-secrets.js';
import { CLAIM, type ClaimedDelivery, type ClaimedRow, claimedDelivery } from './claimed-delivery.js';
import { type Posted, TIMEOUT_MS } from './post.js';
import type { Retry } from './retry.js';

/** Positions of one webhook's page. */
const PAGE = 2000;

/** A webhook with so many deliveries that have not arrived gets no further ones for now: its position waits. */
const MOST_OPEN = 10_000;

const FULL_MS = 1000;

/** Deliveries under way to one webhook, over all processes. */
const AT_ONCE_TO_ONE = 5;

/** Longer than any attempt takes, so that nothing is sent twice by processes that live. */
const LEASE_SECONDS = 30;

/** A process that was held up for longer does not begin any more: it might still be sending when its lease is over. Clocks differ by little. */
const BEGIN_WITHIN_MS = LEASE_SECONDS * 1000 - TIMEOUT_MS - 5000;

/** Whether there may be more to make deliveries of at once, and how many webhooks there are to send to. */
export type Spread = Readonly<{ moved: boolean; activeCount: number }>;

/** What the database does for deliveries; migrations/webhooks tells each step. All of it is for the service itself, whoever's webhooks they are. */
@Injectable()
export class DeliveryQueue {
  /** Webhooks that took no more, by when they are asked again: finding that out reads what they have. */
  private readonly fullUntil = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** Makes a page of deliveries for each webhook that is behind the head. */
  async spread(): Promise<Spread> {
    const active = await this.database.systemQuery<{ id: string; is_behind: boolean }>(ACTIVE, []);
    const now = performance.now();
    for (const [id, until] of this.fullUntil) if (until <= now) this.fullUntil.delete(id);
    let moved = false;
    for (const { id } of active.filter((webhook) => webhook.is_behind && !this.fullUntil.has(webhook.id))) {
      const [row] = await this.database.call<{ moved: boolean }>(SPREAD, [id, PAGE, MOST_OPEN]);
      if (row?.moved === true) moved = true;
      else this.fullUntil.set(id, now + FULL_MS);
    }
    return { moved, activeCount: active.length };
  }

  /** Claims deliveries that are due: so many, of which so many to webhooks that are failing. */
  async claim(limit: number, probes: number): Promise<readonly ClaimedDelivery[]> {
    const values = [limit, AT_ONCE_TO_ONE, probes, LEASE_SECONDS, this.secrets.keyId];
    const beginBeforeMs = performance.now() + BEGIN_WITHIN_MS;
    const rows = await this.database.systemQuery<ClaimedRow>(CLAIM, values);
    return rows.map((row) => claimedDelivery(row, beginBeforeMs));
  }

  /** Writes down what became of an attempt; answers whether it was still its turn. */
  async settle(claimed: ClaimedDelivery, { status, error }: Posted, retry: Retry): Promise<boolean> {
    const { webhookId, position, attempt } = claimed;
    const { waitSeconds, restSeconds, mostAttempts } = retry;
    const values = [webhookId, position, attempt, status, error, waitSeconds, restSeconds, mostAttempts];
    const [row] = await this.database.call<{ heard: boolean }>(SETTLE, values);
    return row?.heard === true;
  }

  /** Removes a batch of what nobody asks for any more; answers whether there may be more. */
  async forget(keepSeconds: number): Promise<boolean> {
    const [row] = await this.database.call<{ count: number }>(FORGET, [keepSeconds, FORGET_AT_ONCE]);
    return (row?.count ?? 0) >= FORGET_AT_ONCE;
  }

  /** How many active webhooks this process does not have the key for. */
  async unopenedCount(): Promise<number> {
    const [row] = await this.database.systemQuery<{ count: string }>(UNOPENED, [this.secrets.keyId]);
    return Number(row?.count ?? 0);
  }
}

const FORGET_AT_ONCE = 1000;

const ACTIVE = {
  name: 'active_webhooks',
  text: `select w.id, coalesce(p.position, w.from_position) < (select last_position from seal_state) as is_behind
    from webhooks w left join webhook_progress p on p.webhook_id = w.id
    where w.status = 'active' order by p.position nulls first`,
};
const SPREAD = { name: 'spread_timeline', text: 'select spread_timeline($1, $2, $3) as moved' };
const SETTLE = {
  name: 'settle_delivery',
  text: 'select settle_delivery($1, $2, $3, $4, $5, $6, $7, $8) as heard',
};
const FORGET = { name: 'forget_webhooks', text: 'select forget_webhooks($1, $2) as count' };
const UNOPENED = {
  name: 'unopened_webhooks',
  text: `select count(distinct w.id) from webhooks w join webhook_secrets s on s.webhook_id = w.id and s.id in (w.url_id, w.secret_id)
    where w.status = 'active' and s.key_id <> $1`,
};
