import { Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../auth/access.js';
import type { Caller, CommandContext, Outcome } from '../../kernel/command-context.js';
import { CallerOf, CommandFrom } from '../http/command-from.js';
import { creationIn } from '../http/creation-cursor.js';
import { DescribeCommand, DescribeRead } from '../http/describe.js';
import { PageQuery, pageOf, type Page } from '../http/page.js';
import { IdParam, KeyParam } from '../http/params.js';
import { parkedOnWire } from './projection-on-wire.js';
import {
  ParkedRetryResponse,
  ParkedStreamPageResponse,
  type ParkedStreamResponse,
  ProjectionListResponse,
  ProjectionResponse,
} from './projection.response.js';
import { ParkedStreams } from './parked-streams.js';
import { Projections } from './projections.js';

/** Read models, for those who run the service. */
@ApiTags('Operations')
@Controller('projections')
export class ProjectionsController {
  constructor(
    private readonly projections: Projections,
    private readonly parkedStreams: ParkedStreams,
  ) {}

  /** Lists the read models: how far each is, and its last rebuild. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'List the projections', answer: ProjectionListResponse })
  async list(): Promise<ProjectionListResponse> {
    return { items: await this.projections.list() };
  }

  /** Asks for a rebuild from the first event. Fails with `projection-not-found`. */
  @Post(':name/rebuild')
  @Allow('admin')
  @DescribeCommand({
    summary: 'Rebuild a projection',
    description:
      'In the background, while everything else goes on: GET /projections shows how far it is. Where a rebuild is asked for or under ' +
      'way already, that is the one.',
    answer: ProjectionResponse,
    status: 202,
    problems: ['projection-not-found'],
  })
  async rebuild(@KeyParam('name') name: string, @CommandFrom() { dryRun }: CommandContext): Promise<Outcome> {
    const found = await this.projections.find(name);
    if (dryRun) return { kind: 'dry_run', body: { events: [] } };
    if (found.status === 'rebuilding') return { kind: 'accepted', body: found };
    return { kind: 'accepted', body: await this.projections.requestRebuild(name) };
  }

  /** Drops the rows that the last rebuild replaced. Fails with `projection-not-found`. */
  @Delete(':name/previous')
  @Allow('admin')
  @DescribeCommand({ summary: 'Drop the rows a rebuild replaced', problems: ['projection-not-found'] })
  async dropPrevious(
    @KeyParam('name') name: string,
    @CommandFrom() { dryRun }: CommandContext,
  ): Promise<Outcome | undefined> {
    await this.projections.find(name);
    if (dryRun) return { kind: 'dry_run', body: { events: [] } };
    await this.projections.dropPrevious(name);
    return undefined;
  }

  /** Lists the streams that wait because of an event the projection could not take. Fails with `projection-not-found`. */
  @Get(':name/parked')
  @Allow('operator', 'auditor')
  @DescribeRead({
    summary: 'List the parked streams',
    answer: ParkedStreamPageResponse,
    problems: ['projection-not-found'],
  })
  async parked(
    @KeyParam('name') name: string,
    @Query() { limit, after }: PageQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<Page<ParkedStreamResponse>> {
    const rows = await this.parkedStreams.list(name, tenantId, limit + 1, creationIn(after));
    const { items, next } = pageOf(rows, limit, ({ since, stream_id: id }) => [since.toISOString(), id]);
    return { items: items.map(parkedOnWire), next };
  }

  /** Folds a parked stream anew. Fails with `projection-not-found`, `stream-not-parked`. */
  @Post(':name/parked/:streamId/retry')
  @Allow('admin')
  @DescribeCommand({
    summary: 'Retry a parked stream',
    description:
      'From its first event up to where the others are: it goes on with them, or is parked again at what fails now.',
    answer: ParkedRetryResponse,
    problems: ['projection-not-found', 'stream-not-parked'],
  })
  async retry(
    @KeyParam('name') name: string,
    @IdParam('streamId') streamId: string,
    @CommandFrom() { caller, dryRun }: CommandContext,
  ): Promise<Outcome> {
    await this.parkedStreams.requireParked(name, caller.tenantId, streamId);
    if (dryRun) return { kind: 'dry_run', body: { events: [] } };
    const error = await this.parkedStreams.retry(name, caller.tenantId, streamId);
    return { kind: 'ok', body: { stream_id: streamId, parked: error !== null, error } };
  }
}
