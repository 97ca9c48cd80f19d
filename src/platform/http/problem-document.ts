import type { DomainError, ErrorCode } from '../../kernel/domain-error.js';
import type { StoredAnswer } from '../event-store/append.js';
import { problems } from './problems.js';

/** An RFC 9457 document with the further fields of its refusal. */
export type ProblemDocument = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ErrorCode;
  correlation_id: string;
  [detail: string]: unknown;
}>;

/** An answer as it is made and stored; what is personal in it is opened as it is sent. */
export type Answer = StoredAnswer;

/** What the document says about the request besides the refusal. */
export type ProblemOccasion = Readonly<{ instance: string; correlationId: string }>;

/** The type of every error's body (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The answer to a refused request. The standard fields win over details of the same name. */
export function problemAnswer(error: DomainError, { instance, correlationId }: ProblemOccasion): Answer {
  const { status, title } = problems[error.code];
  const standard = {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.message,
    instance,
    code: error.code,
    correlation_id: correlationId,
  };
  const body: ProblemDocument = { ...standard, ...error.details, ...standard }; // First for people to read, last to win.
  return { status, body, headers: { 'content-type': PROBLEM_MEDIA_TYPE, ...headersOf(error) } };
}

function headersOf({ code, details }: DomainError): Record<string, string> {
  const { retry_after_seconds: asked, allow } = details;
  const retryAfter = typeof asked === 'number' ? asked : problems[code].retryAfterSeconds;
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(code === 'unauthorized' ? { 'www-authenticate': 'Bearer realm="stageline"' } : {}),
    ...(Array.isArray(allow) ? { allow: allow.join(', ') } : {}),
  };
}
