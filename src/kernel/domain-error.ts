/**
 * Every way a rule can say no, by code. `platform/http/problems.ts` gives each its status and its page; a code
 * without one does not compile.
 */
export type ErrorCode =
  | 'already-voted'
  | 'candidate-not-found'
  | 'command-in-progress'
  | 'correlation-not-found'
  | 'criterion-not-found'
  | 'event-not-found'
  | 'forbidden'
  | 'gate-already-decided'
  | 'gate-never-expires'
  | 'gate-not-found'
  | 'gate-not-pending'
  | 'idempotency-key-reused'
  | 'illegal-transition'
  | 'internal-error'
  | 'invalid-input'
  | 'invalid-template'
  | 'job-closed'
  | 'job-not-found'
  | 'job-profile-not-found'
  | 'key-not-found'
  | 'last-admin-key'
  | 'lease-lost'
  | 'limit-reached'
  | 'method-not-allowed'
  | 'milestone-not-found'
  | 'milestone-tied-to-gate'
  | 'not-a-decider'
  | 'not-an-approval'
  | 'node-not-found'
  | 'not-found'
  | 'not-sealed-yet'
  | 'not-yet-projected'
  | 'option-not-allowed'
  | 'output-too-large'
  | 'payload-too-large'
  | 'project-not-found'
  | 'projection-not-found'
  | 'reason-required'
  | 'request-timeout'
  | 'risk-not-found'
  | 'run-already-open'
  | 'run-closed'
  | 'run-not-found'
  | 'run-parked'
  | 'scope-too-narrow'
  | 'self-approval'
  | 'service-unavailable'
  | 'stage-locked'
  | 'stage-not-found'
  | 'stage-not-ready'
  | 'stale-version'
  | 'stream-not-parked'
  | 'template-not-found'
  | 'too-many-requests'
  | 'unauthorized'
  | 'unsupported-media-type'
  | 'version-not-found';

/** Further fields of a refusal, spelled as they go over the wire (snake_case). */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** A rule said no. It knows nothing of HTTP; `message` says what to do about it where that is known. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

/** Short for `new DomainError`, to read as a sentence after `throw`. */
export function refuse(code: ErrorCode, message: string, details: ErrorDetails = {}): DomainError {
  return new DomainError(code, message, details);
}
