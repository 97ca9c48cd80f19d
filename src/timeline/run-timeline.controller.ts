import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../platform/auth/access.js';
import type { Caller } from '../kernel/command-context.js';
import { EventStore } from '../platform/event-store/event-store.js';
import { eventOnWire } from '../platform/event-store/stored-event.js';
import { CallerOf } from '../platform/http/command-from.js';
import { DescribeRead } from '../platform/http/describe.js';
import { IdParam } from '../platform/http/params.js';
import { runStreamType } from '../runs/contract.js';
import { RunTimelinePageResponse } from './event.response.js';
import { requireRun } from './require-run.js';
import { RunTimelineQuery } from './timeline.request.js';

@ApiTags('Timeline and audit')
@Controller('pipeline/:id/timeline')
export class RunTimelineController {
  constructor(private readonly store: EventStore) {}

  /** Reads what happened to one run, oldest first, at once after it happened: an event not sealed yet has no position. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read a run’s timeline', answer: RunTimelinePageResponse, problems: ['run-not-found'] })
  async list(
    @IdParam('id') id: string,
    @Query() { after_version: afterVersion, limit, category }: RunTimelineQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<object> {
    const asked = {
      streamType: runStreamType.name,
      afterVersion,
      limit: limit + 1,
      ...(category === undefined ? {} : { category }),
    };
    const events = await this.store.read(tenantId, id, asked);
    if (events.length === 0) await requireRun(this.store, tenantId, id);
    const items = events.slice(0, limit);
    return {
      items: items.map((event) => eventOnWire(event)),
      next: events.length > limit ? (items.at(-1)?.streamVersion ?? null) : null,
    };
  }
}
