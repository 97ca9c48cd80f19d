import { eventColumns, type StageEventRow, eventOnWire, storedEvent } from '../../platform/event-store/stored-event.js';

/** A delivery that this process may send until its lease is over. */
export type ClaimedDelivery = Readonly<{
  tenantId: string;
  webhookId: string;
  position: number;
  attempt: number;
  failedCount: number;
  /** The webhook is failing: this one is sent to see whether it is well again. */
  isProbe: boolean;
  urlId: string;
  /** The secret, and the one before while it counts. */
  secretIds: readonly [string, ...string[]];
  eventId: string;
  /** By this process's monotonic clock: whoever has not begun to send by then may not any more. */
  beginBeforeMs: number;
  /** The event as `GET /timeline` shows it. */
  body: string;
}>;

/** What the claim answers: its own columns beside the event's. */
export type ClaimedRow = StageEventRow &
  Readonly<{
    webhook: string;
    attempt: number;
    failed: number;
    is_probe: boolean;
    url: string;
    secret: string;
    previous_secret: string | null;
  }>;

/** Reads a claimed row. */
export function claimedDelivery(row: ClaimedRow, beginBeforeMs: number): ClaimedDelivery {
  return {
    beginBeforeMs,
    tenantId: row.tenant_id,
    webhookId: row.webhook,
    position: Number(row.position),
    attempt: row.attempt,
    failedCount: row.failed,
    isProbe: row.is_probe,
    urlId: row.url,
    secretIds: row.previous_secret === null ? [row.secret] : [row.secret, row.previous_secret],
    eventId: row.id,
    body: JSON.stringify(eventOnWire(storedEvent(row))),
  };
}

/** Claims what is due, each with its event: claim_deliveries says what the arguments are. */
export const CLAIM = {
  name: 'claim_deliveries',
  text: `select ${eventColumns}, c.place as position, c.webhook, c.attempt, c.failed, c.is_probe, c.url, c.secret, c.previous_secret
    from claim_deliveries($1, $2, $3, $4, $5) c
    join stage_events e on e.stream_id = c.stream and e.stream_version = c.version`,
};
