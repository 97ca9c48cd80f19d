import type { Actor } from './recorded-event.js';

/** What a key may do; `admin` includes every other role. */
export const roles = ['admin', 'operator', 'approver', 'worker', 'auditor', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** The tenant that exists from the first start. */
export const DEFAULT_TENANT_ID = '00000000-0000-7000-8000-000000000001';

/** Who calls, as their key says. `keyName` is what the key is called; the service itself has none. */
export type Caller = Readonly<{
  tenantId: string;
  keyId: string;
  keyName?: string;
  actor: Actor;
  roles: readonly Role[];
}>;

/** A client's idempotency key and the hex SHA-256 of the whole request it came with. */
export type ReceiptKey = Readonly<{ key: string; requestHash: string }>;

/**
 * Everything a command carries besides its own words. Time and ids are made at the edge and travel as data.
 *
 * `now` and `occurredAt` are ISO 8601; `occurredAt` is the caller's word for when it happened, if not now.
 */
export type CommandContext = Readonly<{
  caller: Caller;
  commandId: string;
  correlationId: string;
  now: string;
  occurredAt?: string;
  /** From `If-Match`: refuse with `stale-version` when the stream is at another version. */
  expectedVersion?: number;
  /** Decide and answer, store nothing. */
  dryRun: boolean;
  receipt?: ReceiptKey;
}>;

/**
 * What the client is told. A dry run tells the events too, and the body under the name of its `noun`; without one the body's own
 * fields stand beside the events. `personId` names the person whose encrypted fields the body has.
 */
export type Reply = Readonly<{
  body: object;
  noun?: string;
  location?: string;
  kind?: 'created' | 'ok';
  personId?: string;
}>;

/** What a command answers, in no protocol's terms. `version` becomes the ETag. */
export type Outcome<Body extends object = object> = Readonly<{
  kind: 'created' | 'ok' | 'accepted' | 'dry_run';
  body: Body;
  version?: number;
  location?: string;
  /** Whose encrypted fields the body has: what is stored stays encrypted, what goes out is opened. */
  personId?: string;
  /** The answer was given before, to the same idempotency key. */
  replayed?: boolean;
  /** The answer was stored in the transaction of the events. */
  receiptStored?: boolean;
}>;
