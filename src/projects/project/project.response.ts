import { ApiSchema } from '@nestjs/swagger';
import { Choice, Flag, KeyText, Moment, Text, Uuid, Whole } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

@ApiSchema({ name: 'Project' })
export class ProjectResponse {
  @Uuid()
  readonly id!: string;

  @Text({ max: 200 })
  readonly name!: string;

  @Flag()
  readonly require_manual_review!: boolean;

  @Choice(['active', 'parked'], { description: 'Parked while its run is.' })
  readonly status!: string;

  @Whole({ min: 1, nullable: true, description: 'Where its latest run stands, from 1; null before any run.' })
  readonly stage_number!: number | null;

  @KeyText({ nullable: true })
  readonly current_stage!: string | null;

  @Moment({ nullable: true })
  readonly stage_entered_at!: string | null;

  @Whole({ min: 0, max: 100 })
  readonly progress_percent!: number;

  @Uuid({ nullable: true, description: 'Its latest run, open or closed.' })
  readonly run_id!: string | null;

  @Text({ nullable: true, description: 'The status of that run.' })
  readonly run_status!: string | null;

  @Whole({ min: 1, description: 'How often the project itself was changed, its creation included; also the ETag.' })
  readonly version!: number;

  @Moment()
  readonly created_at!: string;

  @Moment()
  readonly updated_at!: string;
}

/** A project whose approval policy was changed. */
@ApiSchema({ name: 'ChangedProject' })
export class ChangedProjectResponse extends ProjectResponse {
  @Whole({ min: 0, description: 'Approvals that are open on its runs; each keeps the terms it opened with.' })
  readonly open_gates!: number;

  @Text({ description: 'The same in words.' })
  readonly note!: string;
}

@ApiSchema({ name: 'ProjectPage' })
export class ProjectPageResponse extends PageOf(() => ProjectResponse) {}
