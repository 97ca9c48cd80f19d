import { HttpException } from '@nestjs/common';
import { DomainError, refuse } from '../../kernel/domain-error.js';
import { ConcurrencyError, TransientError } from '../event-store/errors.js';
import { databaseFailure } from './database-failure.js';
import { invalidInput } from './invalid-input.js';

type ByStatus = Readonly<Record<number, () => DomainError>>;

const byFastifyCode: Readonly<Record<string, () => DomainError>> = {
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    invalidInput([{ pointer: '/Content-Length', in: 'header', detail: 'must be the length of the body.' }]),
  FST_ERR_BAD_URL: () => invalidInput([{ pointer: '', in: 'path', detail: 'must be a well-formed address.' }]),
  FST_ERR_MAX_PARAM_LENGTH: () => invalidInput([{ pointer: '', in: 'path', detail: 'has a part that is too long.' }]),
};

const byStatus: ByStatus = {
  401: () => refuse('unauthorized', 'Send a valid key: Authorization: Bearer <key>.'),
  403: () => refuse('forbidden', 'This key may not do this.'),
  404: () => refuse('not-found', 'There is nothing at this address. /docs shows every route.'),
  413: () => refuse('payload-too-large', 'The body is larger than this service takes in one request.'),
  415: () =>
    refuse(
      'unsupported-media-type',
      'Send JSON in UTF-8, not compressed, with the header Content-Type: application/json.',
    ),
  429: () => refuse('too-many-requests', 'Slow down, then try again.'),
  503: () => refuse('service-unavailable', 'The service cannot answer right now. Try again.'),
};

/** Reads whatever was thrown as a refusal with a code; null where it is a bug or an outage nobody foresaw. */
export function refusalOf(error: unknown): DomainError | null {
  if (error instanceof DomainError) return error;
  if (error instanceof ConcurrencyError || error instanceof TransientError) return tryAgain();
  return frameworkRefusal(error) ?? databaseFailure(error);
}

function frameworkRefusal(error: unknown): DomainError | null {
  const fastifyError = error instanceof HttpException ? (error.cause ?? error) : error;
  if (!(fastifyError instanceof Error)) return null;
  const { code, statusCode } = fastifyError as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? byFastifyCode[code] : undefined;
  if (known !== undefined) return known();
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (typeof status !== 'number' || (status >= 500 && status !== 503)) return null;
  return (byStatus[status] ?? unreadable)();
}

// Whoever met it should have tried again; the client still can.
function tryAgain(): DomainError {
  return refuse('service-unavailable', 'Others were faster. Nothing was stored; try again.');
}

function unreadable(): DomainError {
  return invalidInput([{ pointer: '', detail: 'is not understood.' }]);
}
