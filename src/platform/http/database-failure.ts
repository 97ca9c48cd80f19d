import { refuse, type DomainError } from '../../kernel/domain-error.js';
import { invalidInput } from './invalid-input.js';

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH']);

// Whatever these fail of, such as by ENOENT where the server's socket is gone with it: there is no connection.
const reachingOut = new Set(['connect', 'getaddrinfo']);

// SQLSTATE classes 08 (connection), 53 (resources) and 57P (shutdown), a lost race (40), a lock or statement timeout.
const temporary = /^(?:08...|53...|57P0.|40001|40P01|55P03|57014)$/;

// A character, a number, a time or a text that a column cannot hold.
const unstorable = /^(?:22021|22P05|22P02|22003|22007|22008)$/;

const brokenConnection =
  /connection terminated|calling end on the pool|timeout exceeded when trying to connect|client has encountered a connection error/i;

/** Reads a failure of the database: not reachable now, or a value it cannot hold. Anything else is null. */
export function databaseFailure(error: unknown): DomainError | null {
  const cause = driverErrorOf(error);
  if (!(cause instanceof Error)) return null;
  const { code, syscall } = cause as { code?: unknown; syscall?: unknown };
  const text = typeof code === 'string' ? code : '';
  const isCut = unreachable.has(text) || reachingOut.has(String(syscall)) || brokenConnection.test(cause.message);
  if (isCut || temporary.test(text)) {
    return refuse(
      'service-unavailable',
      'The database does not answer right now. Try again; an Idempotency-Key makes that safe.',
    );
  }
  if (!unstorable.test(text)) return null;
  return invalidInput([{ pointer: '', detail: 'holds a value that cannot be stored.' }]);
}

// TypeORM wraps what the driver throws.
function driverErrorOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { driverError } = error as { driverError?: unknown };
  return driverError ?? error;
}
