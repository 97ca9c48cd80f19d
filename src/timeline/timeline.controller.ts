import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Allow } from '../platform/auth/access.js';
import type { Caller } from '../kernel/command-context.js';
import { eventOnWire } from '../platform/event-store/stored-event.js';
import { TimelineReader } from '../platform/event-store/timeline-reader.js';
import { CallerOf } from '../platform/http/command-from.js';
import { DescribeRead } from '../platform/http/describe.js';
import { whole } from '../platform/http/field-rules.js';
import { type InputError, invalidInput } from '../platform/http/invalid-input.js';
import { StageEventResponse, TimelinePageResponse } from './event.response.js';
import { TimelineFilterQuery, TimelineQuery, filterIn } from './timeline.request.js';
import { TimelineStream } from './timeline-stream.js';

@ApiTags('Timeline and audit')
@Controller('timeline')
export class TimelineController {
  constructor(
    private readonly reader: TimelineReader,
    private readonly stream: TimelineStream,
  ) {}

  /** Reads sealed events in the order of their positions. */
  @Get()
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Read the timeline', answer: TimelinePageResponse })
  async list(@Query() query: TimelineQuery, @CallerOf() { tenantId }: Caller): Promise<object> {
    const { events, next, atHead } = await this.reader.read(tenantId, {
      after: query.after,
      limit: query.limit,
      filter: filterIn(query),
    });
    return { items: events.map((event) => eventOnWire(event)), next: atHead ? null : String(next) };
  }

  /**
   * Follows the timeline as server-sent events: `id` is the position, the event is named `stage_event`. Goes on after `Last-Event-ID`, else
   * after `after`, else from the beginning; nothing is lost or repeated across reconnects. A position that was never given is refused:
   * whoever waits there, after a restore say, would miss what is recorded until then.
   */
  @Get('stream')
  @Allow('viewer', 'operator', 'approver', 'auditor', 'worker')
  @DescribeRead({ summary: 'Follow the timeline', answer: StageEventResponse, produces: 'text/event-stream' })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The position of the last event received.' })
  async follow(
    @Query() query: TimelineFilterQuery,
    @CallerOf() { tenantId }: Caller,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const resumed = positionAfter(lastEventId);
    const after = resumed ?? query.after;
    refuseBeyond(await this.reader.head(), after, resumed === null ? afterParameter : lastEventIdHeader);
    await this.stream.send({ tenantId, after, filter: filterIn(query) }, request, reply);
  }
}

function positionAfter(lastEventId: string | undefined): number | null {
  if (lastEventId === undefined || lastEventId === '') return null;
  const position = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
  if (whole(0, Number.MAX_SAFE_INTEGER).holds(position)) return position;
  throw invalidInput([{ ...lastEventIdHeader, detail: 'must be the id of an event of this stream.' }]);
}

const lastEventIdHeader = { pointer: '/Last-Event-ID', in: 'header' } as const;
const afterParameter = { pointer: '/after', in: 'query' } as const;

function refuseBeyond(head: number, after: number, place: Pick<InputError, 'pointer' | 'in'>): void {
  if (after <= head) return;
  throw invalidInput([{ ...place, detail: `must be at most ${String(head)}, the last position given so far.` }]);
}
