import { randomUUID } from 'node:crypto';
import type { DomainEvent, Recorded } from '../../kernel/recorded-event.js';
import { columnsOf } from '../projections/columns.js';
import { contentHash } from './content-hash.js';
import type { Append, Claims } from './append.js';

type NewEvent = Recorded<DomainEvent<string, object>>;

/**
 * Stands for the time of recording, which only the database knows, in rows and answers computed before the append. Unguessable, so
 * that nothing a client sends is ever mistaken for it.
 */
export const RECORDED_AT = `recorded-at:${randomUUID()}`;

/** The parameters of `append_events`, in their order; an array that no command of the append needs is null. */
export function appendParameters(appends: readonly Append[]): unknown[] {
  const firsts = appends.map(firstEvent);
  const events = appends.flatMap(({ events }, command) => events.map((event, index) => ({ event, command, index })));
  const rows = appends.flatMap((append, command) => rowsOf(append).map((row) => ({ ...row, command })));
  const ofEach = <T>(pick: (event: NewEvent) => T): T[] => events.map(({ event }) => pick(event));
  return [
    RECORDED_AT,
    appends.map(({ streamId }) => lockOf(streamId)).sort(),
    firsts.map(({ tenantId }) => tenantId),
    appends.map(({ streamId }) => streamId),
    firsts.map(({ streamType }) => streamType),
    appends.map(({ expectedVersion }) => expectedVersion),
    appends.map(({ events: list }) => list.length),
    firsts.map(({ correlationId }) => correlationId),
    firsts.map(({ context }) => JSON.stringify(context)),
    firsts.map(({ occurredAt }) => (occurredAt === RECORDED_AT ? null : occurredAt)),
    unlessNone(appends.map(({ receipt }) => receipt?.key ?? null)),
    unlessNone(appends.map(({ receipt }) => (receipt === undefined ? null : `\\x${receipt.requestHash}`))),
    unlessNone(appends.map(({ receipt }) => (receipt === undefined ? null : JSON.stringify(receipt.answer)))),
    unlessNone(appends.map(({ claims }) => (claims === undefined || isEmpty(claims) ? null : JSON.stringify(claims)))),
    events.map(({ command }) => command + 1),
    events.map(({ index }) => index + 1),
    ofEach(({ id }) => id),
    ofEach(({ type }) => type),
    ofEach(({ category }) => category),
    ofEach(({ schemaVersion }) => schemaVersion),
    ofEach(({ causationId }) => causationId),
    ofEach(({ actor }) => actor.type),
    ofEach(({ actor }) => actor.id),
    ofEach(({ fromStage }) => fromStage ?? null),
    ofEach(({ toStage }) => toStage ?? null),
    ofEach(({ reason }) => reason ?? null),
    ofEach(({ detail }) => JSON.stringify(detail)),
    ofEach((event) => `\\x${contentHash(event).toString('hex')}`),
    unlessNone(rows.map(({ command }) => command + 1)),
    unlessNone(rows.map(({ table }) => table)),
    unlessNone(rows.map(({ json }) => json)),
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

function rowsOf({ rows }: Append): readonly Readonly<{ table: string; json: string }>[] {
  return Object.entries(rows).flatMap(([table, list]) =>
    list.map((row) => ({ table, json: JSON.stringify(columnsOf(row)) })),
  );
}

function unlessNone<T>(values: readonly (T | null)[]): readonly (T | null)[] | null {
  return values.some((value) => value !== null) ? values : null;
}
