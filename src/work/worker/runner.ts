import type { JsonObject, JsonValue } from '../../kernel/json.js';

/** A job as its runner sees it. */
export type Work = Readonly<{
  id: string;
  payload: JsonObject;
  /** Counted by claims, from 1. */
  attempt: number;
  correlationId: string;
  /** The same for every attempt: what an outward call may give as its own. */
  idempotencyKey: string | null;
}>;

/**
 * Does a job and answers its output. `signal` aborts when nobody wants the result any more: the lease is lost, the job was canceled, or the
 * process stops; what is answered after that is discarded.
 *
 * @throws JobFailure where it knows whether, and when, another attempt makes sense; after any other error one is made
 */
export type Runner = (work: Work, circumstances: Readonly<{ signal: AbortSignal }>) => Promise<JsonValue>;

/** How a runner says that its job failed. The message stands in the timeline: it holds no secret. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  /** False: another attempt would fail too. */
  readonly retryable: boolean;
  /** The wait that the other side asked for, instead of the backoff. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, options: Readonly<{ retryable: boolean; retryAfterSeconds?: number | undefined }>) {
    super(message);
    this.retryable = options.retryable;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Fails a job for good. */
export function hopeless(message: string): JobFailure {
  return new JobFailure(message, { retryable: false });
}
