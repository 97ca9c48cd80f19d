import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, Decimal, Nested, NestedList, Text, Uuid, Whole, Moment } from '../../platform/http/fields.js';
import { CountedTemplateResponse, InsightResponse, ListedStageResponse } from '../insight.response.js';
import type { FunnelStage } from './funnel.policy.js';

@ApiSchema({ name: 'DroppedOut' })
class DroppedOutResponse {
  @Whole({ min: 0 })
  readonly count!: number;

  @AnyJson({ description: 'How many by the outcome they were cancelled with.' })
  readonly by_outcome!: Readonly<Record<string, number>>;
}

@ApiSchema({ name: 'FunnelStage' })
class FunnelStageResponse extends ListedStageResponse {
  @Whole({ min: 0, description: 'Runs that ever entered it: the sum of the next four but for `parked`.' })
  readonly entered!: number;

  @Whole({ min: 0, description: 'Went on from it, and were not moved back before it since.' })
  readonly passed!: number;

  @Whole({ min: 0, description: 'Are in it now.' })
  readonly in_stage!: number;

  @Whole({ min: 0, description: 'How many of those in it are parked.' })
  readonly parked!: number;

  @Whole({ min: 0, description: 'Were moved back before it, and have not come again.' })
  readonly moved_back!: number;

  @Nested(() => DroppedOutResponse, { description: 'Were cancelled in it.' })
  readonly dropped_out!: DroppedOutResponse;

  @Decimal({
    min: 0,
    nullable: true,
    description: 'Entered, of those that entered the first stage; one decimal place.',
  })
  readonly percent_of_first!: number | null;

  @Decimal({ min: 0, nullable: true, description: 'Entered, of those that entered the stage before it in the list.' })
  readonly percent_of_previous!: number | null;
}

@ApiSchema({ name: 'Funnel' })
export class FunnelResponse extends InsightResponse {
  @Nested(() => CountedTemplateResponse)
  readonly template!: CountedTemplateResponse;

  @NestedList(() => FunnelStageResponse, { description: 'The stages in order, but for locked ones.' })
  readonly items!: readonly FunnelStageResponse[];
}

@ApiSchema({ name: 'Dropout' })
export class DropoutResponse {
  @Uuid()
  readonly run_id!: string;

  @Whole({ min: 1 })
  readonly template_version!: number;

  @AnyJson({ description: 'Who or what the run moved: its `type`, and the id that goes with it.' })
  readonly subject!: unknown;

  @Text({ description: 'What it was cancelled with.' })
  readonly outcome!: string;

  @Moment()
  readonly dropped_out_at!: string;
}

@ApiSchema({ name: 'DropoutPage' })
export class DropoutPageResponse extends InsightResponse {
  @NestedList(() => DropoutResponse)
  readonly items!: readonly DropoutResponse[];

  @Text({ nullable: true, max: 1000, description: 'Pass it as `after` for the next page; null on the last one.' })
  readonly next!: string | null;
}

/** A stage of a funnel as it goes over the wire. */
export function funnelStageOnWire({ stage, number, name, ...counts }: FunnelStage): FunnelStageResponse {
  return {
    stage,
    number,
    name,
    entered: counts.entered,
    passed: counts.passed,
    in_stage: counts.inStage,
    parked: counts.parked,
    moved_back: counts.movedBack,
    dropped_out: { count: counts.droppedOut, by_outcome: counts.byOutcome },
    percent_of_first: counts.percentOfFirst,
    percent_of_previous: counts.percentOfPrevious,
  };
}
