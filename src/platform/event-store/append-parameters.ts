import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import {
  bigintArray,
  byteaArray,
  integerArray,
  jsonbArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from '../database/binary-array.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { contentHash } from './content-hash.js';
import type { Append, Claims } from './append.js';
import { RECORDED_AT } from './recorded-at.js';
import type { KnownTables } from './row-tables.js';
import { NO_JSON, NO_VALUES, rowsAsJson, rowsByValue } from './row-values.js';

type NewEvent = Recorded<DomainEvent<string, object>>;

/**
 * The parameters of `append_events`, in their order; an array that nothing in the append needs is null. Rows go by value to the tables that are known,
 * else as JSON.
 */
export function appendParameters(appends: readonly Append[], tables: KnownTables | null = null): unknown[] {
  const events = appends.flatMap(({ events }, stream) => events.map((event, index) => ({ event, stream, index })));
  const actOf = actsOf(appends);
  const acts = events.filter((_, index) => actOf[index] !== actOf[index - 1]).map(({ event }) => event);
  return [
    RECORDED_AT,
    bigintArray(appends.map(({ streamId }) => lockOf(streamId)).sort()),
    ...streamParameters(appends, appends.map(firstEvent)),
    ...actParameters(acts),
    ...commandParameters(appends),
    integerArray(events.map(({ stream }) => stream + 1)),
    integerArray(events.map(({ index }) => index + 1)),
    ...eventParameters(events.map(({ event }) => event)),
    ...(tables === null ? rowsAsJson(appends) : NO_JSON),
    acts.length === appends.length ? null : integerArray(actOf), // Each stream has one act, at the same place.
    ...(tables === null ? NO_VALUES : rowsByValue(appends, tables)),
  ];
}

/** For each event the number of its act, from 1: events of one stream side by side that have the same to say of it are one command's. */
function actsOf(appends: readonly Append[]): readonly number[] {
  let count = 0;
  return appends.flatMap(({ events }) =>
    events.map((event, index) => {
      const before = events[index - 1];
      count += before !== undefined && isSameAct(before, event) ? 0 : 1;
      return count;
    }),
  );
}

function isSameAct(one: NewEvent, other: NewEvent): boolean {
  return (
    one.context === other.context && one.correlationId === other.correlationId && one.occurredAt === other.occurredAt
  );
}

function streamParameters(appends: readonly Append[], firsts: readonly NewEvent[]): unknown[] {
  return [
    uuidArray(firsts.map(({ tenantId }) => tenantId)),
    uuidArray(appends.map(({ streamId }) => streamId)),
    textArray(firsts.map(({ streamType }) => streamType)),
    bigintArray(appends.map(({ expectedVersion }) => BigInt(expectedVersion))),
    integerArray(appends.map(({ events }) => events.length)),
  ];
}

function actParameters(acts: readonly NewEvent[]): unknown[] {
  return [
    uuidArray(acts.map(({ correlationId }) => correlationId)),
    jsonbArray(acts.map(({ context }) => JSON.stringify(context))),
    timestamptzArray(acts.map(({ occurredAt }) => (occurredAt === RECORDED_AT ? null : occurredAt))),
  ];
}

/** What a stream's one command has beside events; commands that share an append have neither receipts nor claims. */
function commandParameters(appends: readonly Append[]): unknown[] {
  const receipts = appends.map(({ receipt }) => receipt ?? null);
  return [
    unlessNone(
      textArray,
      receipts.map((receipt) => receipt && receipt.key),
    ),
    unlessNone(
      byteaArray,
      receipts.map((receipt) => receipt && Buffer.from(receipt.requestHash, 'hex')),
    ),
    unlessNone(
      textArray,
      receipts.map((receipt) => receipt && JSON.stringify(receipt.answer)),
    ),
    unlessNone(
      jsonbArray,
      appends.map(({ claims }) => (claims === undefined || isEmpty(claims) ? null : JSON.stringify(claims))),
    ),
  ];
}

function eventParameters(events: readonly NewEvent[]): unknown[] {
  const details = events.map(({ detail }) => canonicalJson(detail));
  return [
    uuidArray(events.map(({ id }) => id)),
    textArray(events.map(({ type }) => type)),
    textArray(events.map(({ category }) => category)),
    integerArray(events.map(({ schemaVersion }) => schemaVersion)),
    uuidArray(events.map(({ causationId }) => causationId)),
    textArray(events.map(({ actor }) => actor.type)),
    textArray(events.map(({ actor }) => actor.id)),
    textArray(events.map(({ fromStage }) => fromStage ?? null)),
    textArray(events.map(({ toStage }) => toStage ?? null)),
    textArray(events.map(({ reason }) => reason ?? null)),
    jsonbArray(details),
    byteaArray(events.map((event, index) => contentHash(event, details[index]))),
  ];
}

/** The number that stands for a stream among the database's advisory locks: the last 64 bits of its id, signed. */
function lockOf(streamId: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${streamId.replaceAll('-', '').slice(16)}`));
}

function firstEvent({ events }: Append): NewEvent {
  const [first] = events;
  if (first === undefined) throw new Error('An append needs at least one event.');
  return first;
}

function isEmpty({ take, release }: Claims): boolean {
  return take.length === 0 && release.length === 0;
}

function unlessNone<T>(
  arrayOf: (values: readonly (T | null)[]) => Buffer,
  values: readonly (T | null)[],
): Buffer | null {
  return values.some((value) => value !== null) ? arrayOf(values) : null;
}
