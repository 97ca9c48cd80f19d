import { invalidInput } from './invalid-input.js';
import { Text, Whole } from './fields.js';

/** What every list takes. */
export class PageQuery {
  @Whole({ min: 1, max: 200, optional: true, default: 50, description: 'How many items at most.' })
  readonly limit: number = 50;

  @Text({ max: 1000, optional: true, description: '`next` of the page before; nothing for the first page.' })
  readonly after?: string;
}

/** One page of a list; `next` is null on the last one. */
export type Page<Item> = Readonly<{ items: readonly Item[]; next: string | null }>;

/** The values by which a list is sorted, at its last item. */
export type Position = readonly (string | number)[];

/** Makes a page of up to `limit + 1` rows: the one too many only says that there is a next page. */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => Position): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorAt(cursorOf(last)) : null };
}

/** Writes a position as an opaque cursor. */
export function cursorAt(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** A check for each value of a position. */
export type PositionShape = readonly ((value: unknown) => boolean)[];

/**
 * Reads a cursor; null where there is none, for the first page.
 *
 * @throws DomainError `invalid-input` where it is not one of ours, or not of this list.
 */
export function positionIn(after: string | undefined, shape: PositionShape): Position | null {
  if (after === undefined) return null;
  const values = parse(after);
  if (Array.isArray(values) && values.length === shape.length && shape.every((check, index) => check(values[index]))) {
    return values as Position;
  }
  throw invalidInput([{ pointer: '/after', in: 'query', detail: 'must be the next of a page of this list.' }]);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null; // Whatever it was, it is no cursor; the caller says so.
  }
}
