import type { StoredAnswer } from './append.js';
import type { Outcome } from '../../kernel/command-context.js';

const statuses: Readonly<Record<Outcome['kind'], number>> = { created: 201, ok: 200, accepted: 202, dry_run: 200 };

/** A command's outcome as it goes over the wire; also the form in which it is stored for an idempotency key. */
export function outcomeAnswer({ kind, body, version, location, personId, replayed }: Outcome): StoredAnswer {
  return {
    status: statuses[kind],
    body,
    headers: {
      ...(version === undefined ? {} : { etag: `"${version}"` }),
      ...(location === undefined ? {} : { location }),
      ...(replayed === true ? replayedHeader : {}),
    },
    ...(personId === undefined ? {} : { personId }),
  };
}

/** Marks an answer that was given before to the same idempotency key. */
export const replayedHeader = { 'idempotency-replayed': 'true' } as const;
