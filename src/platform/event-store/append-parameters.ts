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

/** The arrays of `append_events`, in the order of its parameters. */
export function appendParameters(appends: readonly Append[]): unknown[] {
  const firsts = appends.map(firstEvent);
  const events = appends.flatMap(({ events }, command) => events.map((event, index) => ({ event, command, index })));
  const ofEach = <T>(pick: (event: NewEvent) => T): T[] => events.map(({ event }) => pick(event));
  return [
    firsts.map(({ tenantId }) => tenantId),
    appends.map(({ streamId }) => streamId),
    firsts.map(({ streamType }) => streamType),
    appends.map(({ expectedVersion }) => expectedVersion),
    appends.map(({ events: list }) => list.length),
    firsts.map(({ correlationId }) => correlationId),
    firsts.map(({ actor }) => actor.type),
    firsts.map(({ actor }) => actor.id),
    firsts.map(({ context }) => JSON.stringify(context)),
    firsts.map(({ occurredAt }) => (occurredAt === RECORDED_AT ? null : occurredAt)),
    appends.map(({ receipt }) => receipt?.key ?? null),
    appends.map(({ receipt }) => (receipt === undefined ? null : `\\x${receipt.requestHash}`)),
    appends.map(({ receipt }) => (receipt === undefined ? null : JSON.stringify(receipt.answer))),
    appends.map(({ claims }) => (claims === undefined || isEmpty(claims) ? null : JSON.stringify(claims))),
    appends.map(rowsAsJson),
    RECORDED_AT,
    events.map(({ command }) => command + 1),
    events.map(({ index }) => index + 1),
    ofEach(({ id }) => id),
    ofEach(({ type }) => type),
    ofEach(({ category }) => category),
    ofEach(({ schemaVersion }) => schemaVersion),
    ofEach(({ causationId }) => causationId),
    ofEach(({ fromStage }) => fromStage ?? null),
    ofEach(({ toStage }) => toStage ?? null),
    ofEach(({ reason }) => reason ?? null),
    ofEach(({ detail }) => JSON.stringify(detail)),
    ofEach((event) => `\\x${contentHash(event).toString('hex')}`),
  ];
}

function firstEvent({ events }: Append): NewEvent {
  const [first] = events;
  if (first === undefined) throw new Error('An append needs at least one event.');
  return first;
}

function isEmpty({ take, release }: Claims): boolean {
  return take.length === 0 && release.length === 0;
}

/** Null where no read model is written. */
function rowsAsJson({ rows }: Append): string | null {
  if (Object.keys(rows).length === 0) return null;
  return JSON.stringify(Object.fromEntries(Object.entries(rows).map(([table, list]) => [table, list.map(columnsOf)])));
}
