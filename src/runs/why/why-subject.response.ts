import { ApiSchema } from '@nestjs/swagger';
import type { JsonObject } from '../../kernel/json.js';
import { AnyJson, Choice, KeyText, Moment, Nested, Text, TextList, Uuid, Whole } from '../../platform/http/fields.js';
import { ActorResponse } from '../../platform/auth/actor.response.js';

// What a run may wait for, each in its own terms.

@ApiSchema({ name: 'AwaitedMilestone' })
export class AwaitedMilestoneResponse {
  @KeyText()
  readonly key!: string;

  @Text({ max: 2000 })
  readonly title!: string;
}

@ApiSchema({ name: 'AwaitedCriterion' })
export class AwaitedCriterionResponse {
  @KeyText()
  readonly key!: string;

  @Text({ max: 2000 })
  readonly text!: string;
}

@ApiSchema({ name: 'AwaitedRisk' })
export class AwaitedRiskResponse {
  @Uuid()
  readonly id!: string;

  @Text({ max: 2000 })
  readonly type!: string;

  @Text({ max: 5000 })
  readonly message!: string;
}

@ApiSchema({ name: 'BrokenRule' })
export class BrokenRuleResponse {
  @Text({ description: 'As the template has it, and as the code of the blocked reason.' })
  readonly code!: string;

  @Text({ max: 1000, description: 'A condition in CEL, which does not hold or could not be evaluated.' })
  readonly when!: string;

  @Text({ max: 5000 })
  readonly reason!: string;

  @AnyJson({ nullable: true, description: 'Facts by which it holds; null where the template gives none.' })
  readonly example!: JsonObject | null;
}

@ApiSchema({ name: 'AwaitedJob' })
export class AwaitedJobResponse {
  @Uuid()
  readonly id!: string;

  @Text({ max: 200, description: 'The id of the node it works for.' })
  readonly node!: string;

  @Text({ max: 200 })
  readonly node_name!: string;

  @Text({ description: 'Which workers may take it.' })
  readonly handler!: string;

  @Choice(['QUEUED', 'RUNNING', 'NEEDS_HUMAN'])
  readonly status!: string;

  @Whole({ min: 0, description: 'How often it was taken; the number of the attempt that runs, or ran last.' })
  readonly attempts!: number;

  @Whole({ min: 1, description: 'Failed attempts until it needs a human, or fails.' })
  readonly max_attempts!: number;

  @Text({ nullable: true, description: 'The worker that has it.' })
  readonly worker!: string | null;

  @Moment({ nullable: true, description: 'Until when its worker has to be heard of.' })
  readonly lease_expires_at!: string | null;

  @Moment({ nullable: true, description: 'Not to be taken before; null is at once.' })
  readonly next_run_at!: string | null;

  @Text({ nullable: true, max: 4000, description: 'Why its last attempt failed, or why it needs a person.' })
  readonly error!: string | null;
}

@ApiSchema({ name: 'AwaitedTimer' })
export class AwaitedTimerResponse {
  @Choice(['node_delay', 'continue', 'gate_expiry'], {
    description: 'A delay; a graph that goes on; the time limit of a gate that is over.',
  })
  readonly purpose!: string;

  @Text({ max: 200, nullable: true, description: 'The id of the node that waits, of a delay.' })
  readonly node!: string | null;

  @Text({ max: 200, nullable: true })
  readonly node_name!: string | null;

  @Moment()
  readonly due_at!: string;
}

@ApiSchema({ name: 'Parking' })
export class ParkingResponse {
  @Nested(() => ActorResponse)
  readonly by!: ActorResponse;

  @Text({ nullable: true, max: 2000 })
  readonly reason!: string | null;

  @Uuid({ nullable: true, description: 'The gate whose decision, or expiry, parked it.' })
  readonly gate_id!: string | null;
}

@ApiSchema({ name: 'BrokenOff' })
export class BrokenOffResponse {
  @Whole({ min: 0, description: 'Of the graph.' })
  readonly attempt!: number;

  @TextList({ max: 50, description: 'Nodes that failed; none where the time was up. At most 50.' })
  readonly failed!: readonly string[];

  @TextList({ max: 50, description: 'Nodes that run again when the run is resumed. At most 50.' })
  readonly rerun!: readonly string[];

  @Whole({ min: 0, description: 'How many these are altogether.' })
  readonly rerun_count!: number;
}

@ApiSchema({ name: 'RunEnd' })
export class RunEndResponse {
  @Nested(() => ActorResponse)
  readonly by!: ActorResponse;

  @Text({ nullable: true, max: 2000 })
  readonly reason!: string | null;

  @Text()
  readonly outcome!: string;
}
