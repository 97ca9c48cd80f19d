import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { refuse } from '../../kernel/domain-error.js';
import { Allow } from '../../platform/auth/access.js';
import type { Caller } from '../../kernel/command-context.js';
import type { StoredEvent } from '../../platform/event-store/stored-event.js';
import { TimelineReader } from '../../platform/event-store/timeline-reader.js';
import { reached } from '../../platform/projections/freshness.js';
import { CallerOf } from '../../platform/http/command-from.js';
import { DescribeRead } from '../../platform/http/describe.js';
import { IdParam } from '../../platform/http/params.js';
import { CorrelationQuery } from './correlation.request.js';
import { causationTree } from './causation-tree.policy.js';
import { type CorrelatedEvent, CorrelationResponse, commandOnWire } from './correlation.response.js';

/** A flow may go on for years; its beginning is what explains it. */
const MAX_EVENTS = 1000;

@ApiTags('Timeline and audit')
@Controller('correlations')
export class CorrelationsController {
  constructor(private readonly reader: TimelineReader) {}

  /**
   * Shows what caused what in one flow: each command, the events it caused, and the commands that followed from them. Of sealed events;
   * one recorded a moment ago joins them as soon as it is sealed. Fails with `correlation-not-found`, `not-yet-projected`.
   */
  @Get(':id')
  @Allow('viewer', 'operator', 'approver', 'auditor')
  @DescribeRead({
    summary: 'What caused what',
    answer: CorrelationResponse,
    problems: ['correlation-not-found', 'not-yet-projected'],
  })
  async read(
    @IdParam('id') id: string,
    @Query() { min_position: minPosition }: CorrelationQuery,
    @CallerOf() { tenantId }: Caller,
  ): Promise<CorrelationResponse> {
    const head = await this.head(minPosition);
    const asked = { after: 0, limit: MAX_EVENTS + 1, filter: { correlationId: id } };
    const { events } = await this.reader.readUpTo(head, tenantId, asked);
    if (events.length === 0) throw refuse('correlation-not-found', `Nothing sealed has the correlation id ${id}.`);
    const shown = events.slice(0, MAX_EVENTS).map(withCommand);
    return {
      correlation_id: id,
      event_count: shown.length,
      truncated: events.length > MAX_EVENTS,
      as_of_position: head,
      head_position: head,
      commands: causationTree(shown).map(commandOnWire),
    };
  }

  private async head(minPosition = 0): Promise<number> {
    const { headPosition } = await reached('The timeline', minPosition, async () => {
      const head = await this.reader.head();
      return { asOfPosition: head, headPosition: head };
    });
    return headPosition;
  }
}

function withCommand(event: StoredEvent): CorrelatedEvent {
  const commandId = event.context['command_id'];
  return { ...event, commandId: typeof commandId === 'string' ? commandId : null };
}
