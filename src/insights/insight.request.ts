import { invalidInput } from '../platform/http/invalid-input.js';
import { KeyText, Moment, Text, Whole } from '../platform/http/fields.js';

/** Which runs are counted, and as of when. */
export class InsightQuery {
  @KeyText({ description: 'The template whose runs are counted.' })
  readonly template!: string;

  @Whole({ min: 1, max: 2_147_483_647, optional: true, description: 'Only runs of that version of it.' })
  readonly version?: number;

  @Moment({ optional: true, description: 'Only runs started at that moment or later.' })
  readonly from?: string;

  @Moment({ optional: true, description: 'Only runs started before that moment.' })
  readonly to?: string;

  @Whole({ min: 0, optional: true, description: 'Wait, a few seconds at most, until this position is counted.' })
  readonly min_position?: number;

  @Moment({ optional: true, description: 'As the timeline stood at that moment. Not together with `min_position`.' })
  readonly as_of?: string;
}

/** The same, page by page. */
export class InsightPageQuery extends InsightQuery {
  @Whole({ min: 1, max: 200, optional: true, default: 50, description: 'How many items at most.' })
  readonly limit: number = 50;

  @Text({ max: 1000, optional: true, description: '`next` of the page before; nothing for the first page.' })
  readonly after?: string;
}

/** A moment that has passed has no position to wait for. @throws DomainError `invalid-input` */
export function requireOneMoment({ as_of: asOf, min_position: minPosition }: InsightQuery): void {
  if (asOf === undefined || minPosition === undefined) return;
  const detail = 'goes without the other: a moment that has passed has no position to wait for.';
  throw invalidInput(['/as_of', '/min_position'].map((pointer) => ({ pointer, in: 'query', detail })));
}
