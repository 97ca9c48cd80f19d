import type { Row } from '../../kernel/projection.js';

/**
 * The rows of one read model that one stream has, with those that changed lately laid over the others: a stream of ten thousand rows is moved on by
 * touching what an event touches. Nothing is ever changed in place. Rows that became final are gone: `over` says so with undefined.
 */
export type LaidRows = Readonly<{
  base: ReadonlyMap<string, Row>;
  over: ReadonlyMap<string, Row | undefined>;
  get: (key: string) => Row | undefined;
  values: () => readonly Row[];
}>;

/** Rows as they lie, one layer over the other. */
export function laidRows(base: ReadonlyMap<string, Row>, over: LaidRows['over'] = new Map()): LaidRows {
  return {
    base,
    over,
    get: (key) => (over.has(key) ? over.get(key) : base.get(key)),
    values: () => entriesOf({ base, over }).map(([, row]) => row),
  };
}

/** Every row with its key. */
export function entriesOf({ base, over }: Pick<LaidRows, 'base' | 'over'>): readonly (readonly [string, Row])[] {
  const below = [...base].filter(([key]) => !over.has(key));
  const above = [...over].flatMap(([key, row]) => (row === undefined ? [] : [[key, row] as const]));
  return [...below, ...above];
}

/** The rows with changes laid over them. */
export function withRows(rows: LaidRows, changes: ReadonlyMap<string, Row>): LaidRows {
  return changes.size === 0 ? rows : laidRows(rows.base, new Map([...rows.over, ...changes]));
}

/**
 * The rows without those among `over` that are final, put together once the upper layer has grown beside the lower: what that costs, spread over the
 * changes that led to it, grows with the root of the number of rows.
 */
export function withoutFinal(rows: LaidRows, isFinal: (row: Row) => boolean): LaidRows {
  const over = new Map([...rows.over].map(([key, row]) => [key, row === undefined || isFinal(row) ? undefined : row]));
  const next = laidRows(rows.base, over);
  return over.size ** 2 > rows.base.size ? laidRows(new Map(entriesOf(next))) : next;
}
