import { DatabaseError } from 'pg';
import { DomainError } from '../../kernel/domain-error.js';

/** The world moved: the stream is not at the version the writer had read. */
export class ConcurrencyError extends Error {
  override readonly name = 'ConcurrencyError';

  constructor(
    readonly streamId: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`Stream ${streamId} is at version ${String(actual)}, not ${String(expected)}.`);
  }
}

/** Another stream holds a claim this one wanted. */
export class ClaimHeldError extends Error {
  override readonly name = 'ClaimHeldError';

  constructor(
    readonly claim: string,
    readonly holder: string,
  ) {
    super(`The claim ${claim} is held by stream ${holder}.`);
  }
}

/** The transaction lost to another and would succeed if tried again. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** What was to be appended cannot be written down, so that nothing was sent. A bug: what comes from outside is checked at the edge. */
export class UnwritableError extends Error {
  override readonly name = 'UnwritableError';
}

/** Whether others were faster: what was to be appended is to be decided anew. */
export function isConflict(error: unknown): boolean {
  return error instanceof ConcurrencyError || error instanceof TransientError;
}

/** An answer of the database itself, so that the transaction is over and left nothing; or nothing was sent. */
export function wasRolledBack(error: unknown): boolean {
  if (error instanceof DatabaseError) return !endOfConnection.test(error.code ?? '08');
  return [DomainError, ConcurrencyError, ClaimHeldError, TransientError, UnwritableError].some(
    (kind) => error instanceof kind,
  );
}

// SQLSTATE classes of a connection or server that went away: perhaps after the commit, before its answer.
const endOfConnection = /^(?:08|57P|58|XX)/;
