import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, Choice, KeyText, Moment, Nested, Text, TextList, Uuid, Whole } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

export const runStatuses = ['pending', 'running', 'parked', 'completed', 'failed', 'cancelled', 'timeout'] as const;
export const waitReasons = ['gate', 'approval', 'job', 'human', 'timer'] as const;

@ApiSchema({ name: 'TemplateVersion' })
export class TemplateVersionResponse {
  @KeyText()
  readonly key!: string;

  @Whole({ min: 1 })
  readonly version!: number;
}

@ApiSchema({ name: 'Run' })
export class RunResponse {
  @Uuid()
  readonly id!: string;

  @Nested(() => TemplateVersionResponse)
  readonly template!: TemplateVersionResponse;

  @AnyJson({ description: 'Who or what the run moves: its `type`, and the id that goes with it.' })
  readonly subject!: unknown;

  @Choice(runStatuses)
  readonly status!: string;

  @Choice(waitReasons, { nullable: true, description: 'What a running run waits for.' })
  readonly waiting_on!: string | null;

  @KeyText({ nullable: true })
  readonly current_stage!: string | null;

  @Whole({ min: 1, nullable: true, description: 'From 1.' })
  readonly stage_number!: number | null;

  @Moment({ nullable: true })
  readonly stage_entered_at!: string | null;

  @TextList({ description: 'Every stage in order.' })
  readonly stages!: readonly string[];

  @AnyJson({ description: 'Each stage’s state: `created`, `in_progress`, `completed` or `gated`.' })
  readonly stage_progress!: unknown;

  @Whole({ min: 0, max: 100, description: 'The mean over the stages that are not locked.' })
  readonly progress_percent!: number;

  @Uuid({ nullable: true })
  readonly open_gate_id!: string | null;

  @Text({ nullable: true })
  readonly outcome!: string | null;

  @Whole({ min: 1, description: 'The version of its stream; also the ETag.' })
  readonly version!: number;

  @Moment()
  readonly created_at!: string;

  @Moment()
  readonly updated_at!: string;
}

@ApiSchema({ name: 'RunPage' })
export class RunPageResponse extends PageOf(() => RunResponse) {}
