import { ApiSchema } from '@nestjs/swagger';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import {
  AnyValue,
  Choice,
  JsonMap,
  KeyText,
  Moment,
  NestedList,
  Text,
  Uuid,
  Whole,
} from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

export const jobStatuses = ['QUEUED', 'RUNNING', 'SUCCESS', 'FAILED', 'NEEDS_HUMAN', 'CANCELED'] as const;

@ApiSchema({ name: 'Job' })
export class JobResponse {
  @Uuid()
  readonly id!: string;

  @Uuid({ nullable: true, description: 'The run it works for; null for a job by itself, as are stage and node.' })
  readonly run_id!: string | null;

  @Uuid({ nullable: true, description: 'The call that queued it with others; null where it was queued by itself.' })
  readonly batch_id!: string | null;

  @KeyText({ nullable: true })
  readonly stage!: string | null;

  @Text({ nullable: true })
  readonly node_id!: string | null;

  @Text({ description: 'Which workers may take it.' })
  readonly handler!: string;

  @JsonMap()
  readonly payload!: JsonObject;

  @Choice(jobStatuses)
  readonly status!: string;

  @Whole({ min: 0, description: 'How often it was taken; the number of the attempt that runs, or ran last.' })
  readonly attempts!: number;

  @Whole({ min: 1, description: 'Failed attempts until it needs a human, or fails.' })
  readonly max_attempts!: number;

  @Whole({
    min: 0,
    description: 'Failures that another attempt followed, since it was queued or a person had it run again.',
  })
  readonly failed_count!: number;

  @Whole({ min: 0, description: 'Attempts that ended with their lease; they spend no user attempt.' })
  readonly infra_attempts!: number;

  @Moment({ nullable: true, description: 'Not to be taken before; null unless it is queued.' })
  readonly next_run_at!: string | null;

  @Text({ nullable: true, description: 'The worker that has it.' })
  readonly locked_by!: string | null;

  @Moment({ nullable: true })
  readonly locked_at!: string | null;

  @Moment({ nullable: true, description: 'Until when its worker has to be heard of, as last read.' })
  readonly lease_expires_at!: string | null;

  @Text({ nullable: true })
  readonly idempotency_key!: string | null;

  @Uuid({ description: 'Of the flow it belongs to.' })
  readonly correlation_id!: string;

  @Text({ nullable: true, max: 4000, description: 'Why its last attempt failed, or why it ended.' })
  readonly error!: string | null;

  @AnyValue({ description: 'What it succeeded with.' })
  readonly output!: JsonValue;

  @Moment()
  readonly created_at!: string;

  @Moment({ nullable: true, description: 'When it was first taken.' })
  readonly started_at!: string | null;

  @Moment({ nullable: true })
  readonly finished_at!: string | null;
}

@ApiSchema({ name: 'JobBatch' })
export class JobBatchResponse {
  @Uuid({
    nullable: true,
    description: 'What was queued is listed by `GET /jobs?batch_id=`; null where all was there before.',
  })
  readonly batch_id!: string | null;

  @NestedList(() => JobResponse, {
    description: 'As they were named; whose idempotency key is held is the job that holds it.',
  })
  readonly items!: readonly JobResponse[];
}

@ApiSchema({ name: 'JobPage' })
export class JobPageResponse extends PageOf(() => JobResponse) {}
