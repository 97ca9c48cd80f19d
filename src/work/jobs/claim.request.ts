import { ApiSchema } from '@nestjs/swagger';
import type { JsonObject } from '../../kernel/json.js';
import { Flag, JsonMap, Moment, NestedList, Text, TextList, Uuid, Whole } from '../../platform/http/fields.js';

export const DEFAULT_LEASE_SECONDS = 30;

/** Below every timeout between a worker and us that is left as it comes. */
const MAX_WAIT_SECONDS = 30;

export class ClaimRequest {
  @TextList({ min: 1, max: 100, maxLength: 200, description: 'Whose jobs it can do.', example: ['draw'] })
  readonly handlers!: readonly string[];

  @Whole({ min: 1, max: 100, optional: true, default: 1, description: 'How many jobs at most.' })
  readonly limit?: number;

  @Text({ max: 200, description: 'Shown as the one who has the job.', example: 'draw-1' })
  readonly worker_id!: string;

  @Whole({
    min: 1,
    max: 3600,
    optional: true,
    default: DEFAULT_LEASE_SECONDS,
    description: 'Without a heartbeat for so long, a job is given to another worker.',
  })
  readonly lease_seconds?: number;

  @Whole({ min: 0, max: MAX_WAIT_SECONDS, optional: true, default: 0, description: 'How long to wait for a job.' })
  readonly wait_seconds?: number;
}

@ApiSchema({ name: 'ClaimedJob' })
export class ClaimedJobResponse {
  @Uuid()
  readonly id!: string;

  @Uuid({ nullable: true, description: 'The run it works for; null for a job by itself.' })
  readonly run_id!: string | null;

  @Text()
  readonly handler!: string;

  @JsonMap()
  readonly payload!: JsonObject;

  @Whole({ min: 1, description: 'Name it in every report: it is what tells this attempt from others.' })
  readonly attempt!: number;

  @Moment()
  readonly lease_expires_at!: string;

  @Uuid({ description: 'Of the flow it belongs to: pass it on as X-Correlation-Id.' })
  readonly correlation_id!: string;

  @Text({ nullable: true, description: 'The same in every attempt: for calls that must not happen twice.' })
  readonly idempotency_key!: string | null;
}

@ApiSchema({ name: 'ClaimedJobs' })
export class ClaimResponse {
  @NestedList(() => ClaimedJobResponse)
  readonly jobs!: readonly ClaimedJobResponse[];
}

@ApiSchema({ name: 'Heartbeat' })
export class HeartbeatResponse {
  @Moment({ nullable: true, description: 'Until when to beat again; null when it was canceled.' })
  readonly lease_expires_at!: string | null;

  @Flag({ description: 'Stop: nobody waits for the result any more.' })
  readonly cancel_requested!: boolean;
}
