import { ApiSchema } from '@nestjs/swagger';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { AnyValue, Choice, Flag, JsonMap, Moment, NestedList, Text, Uuid, Whole } from '../../platform/http/fields.js';

/** Bytes of what a job is given, as JSON. */
const MAX_PAYLOAD = 262_144;

/** Attempts a job may have, and the highest number one of them gets. */
const MAX_ATTEMPTS = 100;
const attempt = { min: 1, max: 2_147_483_647 };

export class QueueJobRequest {
  @Text({ max: 200, description: 'Which workers may take it. `action:` is for the service itself.', example: 'draw' })
  readonly handler!: string;

  @JsonMap({ maxBytes: MAX_PAYLOAD, example: { page: 1 } })
  readonly payload!: JsonObject;

  @Whole({ min: 1, max: MAX_ATTEMPTS, optional: true, default: 4, description: 'Failures until a person has to look.' })
  readonly max_attempts?: number;

  @Moment({ optional: true, description: 'Not to be taken before; defaults to now.' })
  readonly run_at?: string;

  @Text({
    max: 255,
    optional: true,
    description: 'The same key again is answered with the same job, whatever else is said.',
  })
  readonly idempotency_key?: string;
}

/** How many jobs one call may name. */
const MAX_JOBS = 1000;

export class QueueJobsRequest {
  @NestedList(() => QueueJobRequest, { min: 1, max: MAX_JOBS })
  readonly jobs!: readonly QueueJobRequest[];
}

export class CancelJobRequest {
  @Text({ max: 2000, description: 'Why.' })
  readonly reason!: string;
}

export class RetryJobRequest {
  @JsonMap({ maxBytes: MAX_PAYLOAD, optional: true, description: 'What it gets instead; defaults to what it had.' })
  readonly payload?: JsonObject;

  @Text({ max: 2000, optional: true, description: 'Why.' })
  readonly reason?: string;
}

export const outcomes = ['succeeded', 'failed', 'canceled'] as const;

export class ResolveJobRequest {
  @Choice(outcomes)
  readonly outcome!: (typeof outcomes)[number];

  @AnyValue({ optional: true, description: 'What it succeeded with, with that outcome only; defaults to null.' })
  readonly output?: JsonValue;

  @Text({ max: 2000, description: 'Why.' })
  readonly reason!: string;
}

export class HeartbeatRequest {
  @Whole({ ...attempt, description: 'The attempt that was claimed.' })
  readonly attempt!: number;
}

export class CompleteJobRequest extends HeartbeatRequest {
  @AnyValue({ description: 'What it made, at most 262144 characters as JSON.' })
  readonly output!: JsonValue;
}

@ApiSchema({ name: 'JobCompletion' })
export class NamedCompletionRequest extends CompleteJobRequest {
  @Uuid()
  readonly id!: string;
}

export class CompleteJobsRequest {
  @NestedList(() => NamedCompletionRequest, { min: 1, max: MAX_JOBS })
  readonly jobs!: readonly NamedCompletionRequest[];
}

export class FailJobRequest extends HeartbeatRequest {
  @Text({ max: 20_000, description: 'What went wrong; of it 4000 characters are kept.' })
  readonly error!: string;

  @Flag({ optional: true, description: 'False: another attempt would fail too. Defaults to true.' })
  readonly retryable?: boolean;

  @Whole({ min: 0, max: 604_800, optional: true, description: 'Wait so long instead of the usual backoff.' })
  readonly retry_after_seconds?: number;
}

export class NeedHumanRequest extends HeartbeatRequest {
  @Text({ max: 20_000, description: 'What a person is to look at; of it 4000 characters are kept.' })
  readonly reason!: string;
}
