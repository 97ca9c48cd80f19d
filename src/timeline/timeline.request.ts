import type { Category } from '../kernel/recorded-event.js';
import { categories } from '../platform/event-store/categories.js';
import { Choice, KeyText, Moment, Text, Uuid, Whole } from '../platform/http/fields.js';
import type { TimelineFilter } from '../platform/event-store/timeline-reader.js';

/** What the timeline may be narrowed to. */
export class TimelineFilterQuery {
  @Choice(categories, { optional: true })
  readonly category?: string;

  @KeyText({ optional: true, description: 'Such as gate.decided.' })
  readonly event_type?: string;

  @Uuid({ optional: true })
  readonly correlation_id?: string;

  @Text({ optional: true, max: 200 })
  readonly actor_id?: string;

  @Uuid({ optional: true })
  readonly run_id?: string;

  @Moment({ optional: true, description: 'Recorded at that moment or later.' })
  readonly from?: string;

  @Moment({ optional: true, description: 'Recorded before that moment.' })
  readonly to?: string;

  @Whole({ optional: true, min: 0, description: 'Only events after that position. Defaults to 0, the beginning.' })
  readonly after: number = 0;
}

export class TimelineQuery extends TimelineFilterQuery {
  @Whole({ min: 1, max: 200, optional: true, default: 50, description: 'How many items at most.' })
  readonly limit: number = 50;
}

export class RunTimelineQuery {
  @Whole({ optional: true, min: 0, description: 'Only events after that version. Defaults to 0, the beginning.' })
  readonly after_version: number = 0;

  @Whole({ min: 1, max: 200, optional: true, default: 50, description: 'How many items at most.' })
  readonly limit: number = 50;

  @Choice(categories, { optional: true })
  readonly category?: Category;
}

/** The filter a query asks for. */
export function filterIn(query: TimelineFilterQuery): TimelineFilter {
  const {
    category,
    event_type: eventType,
    correlation_id: correlationId,
    actor_id: actorId,
    run_id: streamId,
    from,
    to,
  } = query;
  const given = Object.entries({ category, eventType, correlationId, actorId, streamId, from, to });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
