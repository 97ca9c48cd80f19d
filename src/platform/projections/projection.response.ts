import { ApiSchema } from '@nestjs/swagger';
import { Choice, Flag, KeyText, Moment, Nested, NestedList, Text, Uuid, Whole } from '../http/fields.js';
import { PageOf } from '../http/page.response.js';

export const projectionStatuses = ['live', 'catching-up', 'rebuilding', 'blocked', 'degraded'] as const;
export type ProjectionStatus = (typeof projectionStatuses)[number];

@ApiSchema({ name: 'RebuildReport' })
export class RebuildReportResponse {
  @Whole({ min: 0, description: 'Rows that no event accounted for.' })
  readonly only_live!: number;

  @Whole({ min: 0, description: 'Rows that were missing.' })
  readonly only_rebuilt!: number;

  @Whole({ min: 0, description: 'Rows that were not as their events say.' })
  readonly different!: number;

  @Flag({ description: 'The projection’s version was raised, so rows were to differ.' })
  readonly differences_expected!: boolean;
}

@ApiSchema({ name: 'Rebuild' })
export class RebuildResponse {
  @Uuid()
  readonly id!: string;

  @Whole({ min: 1, description: 'The version it builds.' })
  readonly version!: number;

  @Choice(['requested', 'version-raised', 'never-built'])
  readonly reason!: string;

  @Choice(['requested', 'running', 'done', 'blocked', 'failed'])
  readonly status!: string;

  @Choice(['begin', 'bulk', 'index', 'catch-up', 'compare', 'switch'], { nullable: true })
  readonly phase!: string | null;

  @Whole({ min: 0 })
  readonly streams_done!: number;

  @Whole({ min: 0 })
  readonly streams_total!: number;

  @Whole({ min: 0 })
  readonly events_done!: number;

  @Whole({ min: 0, description: 'When it began; more are folded where more were recorded meanwhile.' })
  readonly events_total!: number;

  @Nested(() => RebuildReportResponse, { nullable: true, description: 'What was wrong with the rows it replaced.' })
  readonly report!: RebuildReportResponse | null;

  @Text({ nullable: true, max: 10_000 })
  readonly error!: string | null;

  @Moment()
  readonly requested_at!: string;

  @Moment({ nullable: true })
  readonly started_at!: string | null;

  @Moment({ nullable: true })
  readonly finished_at!: string | null;
}

/** One read model: how far it is, and what is being done about it. */
@ApiSchema({ name: 'Projection' })
export class ProjectionResponse {
  @KeyText()
  readonly name!: string;

  @Whole({ min: 1 })
  readonly version!: number;

  @Choice(['inline', 'async'], { description: 'Written with each event, or following the timeline.' })
  readonly kind!: string;

  @Whole({ min: 0, description: 'Its rows hold everything up to here.' })
  readonly position!: number;

  @Whole({ min: 0, description: 'The last position of the timeline.' })
  readonly head_position!: number;

  @Whole({ min: 0, description: 'Positions between the two.' })
  readonly lag!: number;

  @Choice(projectionStatuses)
  readonly status!: ProjectionStatus;

  @Whole({ min: 0, description: 'Streams of all tenants that wait: GET /projections/{name}/parked lists yours.' })
  readonly parked_streams!: number;

  @Nested(() => RebuildResponse, { nullable: true, description: 'The last rebuild; null before the first.' })
  readonly rebuild!: RebuildResponse | null;

  @Flag({ description: 'The rows that the last rebuild replaced are still there.' })
  readonly previous_kept!: boolean;
}

@ApiSchema({ name: 'ProjectionList' })
export class ProjectionListResponse {
  @NestedList(() => ProjectionResponse)
  readonly items!: readonly ProjectionResponse[];
}

/** A stream that waits for an event that a projection could not take. */
@ApiSchema({ name: 'ParkedStream' })
export class ParkedStreamResponse {
  @Uuid()
  readonly stream_id!: string;

  @Choice(['live', 'rebuild'], { description: 'Whether its rows wait, or only the rebuild that it blocked.' })
  readonly blocks!: string;

  @Whole({ min: 1 })
  readonly stream_version!: number;

  @Uuid()
  readonly event_id!: string;

  @Text()
  readonly event_type!: string;

  @Text({ max: 10_000 })
  readonly error!: string;

  @Moment()
  readonly since!: string;

  @Whole({ min: 1 })
  readonly attempts!: number;
}

@ApiSchema({ name: 'ParkedStreamPage' })
export class ParkedStreamPageResponse extends PageOf(() => ParkedStreamResponse) {}

/** What became of a retry. */
@ApiSchema({ name: 'ParkedRetry' })
export class ParkedRetryResponse {
  @Uuid()
  readonly stream_id!: string;

  @Flag({ description: 'It failed again, and waits on.' })
  readonly parked!: boolean;

  @Text({ nullable: true, max: 10_000 })
  readonly error!: string | null;
}
