/**
 * Rows of read models as parameters of `append_events`: values as texts, one for each column, which cost the database a third of what rows as JSON
 * cost it (migrations/row-values/define-row-writer.sql).
 *
 *   changed   a row that the table is known to hold goes with what differs, marked, and the version it was known in
 *   whole     one that is new, or not known, goes with all of its values
 *   JSON      all rows, where the tables were found to be others than they were known: what is in them does not matter then
 */
import type { Row } from '../../kernel/projection.js';
import { bigintArray, integerArray, textArray } from '../database/binary-array.js';
import { columnsOf } from '../projections/columns.js';
import type { Append, ChangedRow } from './append.js';
import { RECORDED_AT } from './recorded-at.js';
import type { KnownTables, RowTable } from './row-tables.js';

/** A row on its way, with the place of its append, from 1. */
type Going = Readonly<{ stream: number; table: string; change: ChangedRow }>;

/** Rows of one table, those with changes first. */
type Batch = Readonly<{ table: RowTable; changed: readonly Going[]; whole: readonly Going[] }>;

type Written = Readonly<{ marks: bigint; before: bigint | null }>;

/** Says that the time of recording stands somewhere within a text. */
const TIMED = 1n << 62n;

/** Bits of the lower part of marks: numbers of this size are cheap. */
const LOW_BITS = 31;

/** The parameters for rows as JSON. */
export function rowsAsJson(appends: readonly Append[]): readonly (Buffer | null)[] {
  const rows = goingRows(appends);
  if (rows.length === 0) return NO_JSON;
  return [
    integerArray(rows.map(({ stream }) => stream)),
    textArray(rows.map(({ table }) => table)),
    textArray(rows.map(({ change }) => JSON.stringify(columnsOf(change.row)))),
  ];
}

/** The parameters for rows by value. */
export function rowsByValue(appends: readonly Append[], tables: KnownTables): readonly (Buffer | null)[] {
  const batches = batchesOf(goingRows(appends), tables);
  if (batches.length === 0) return NO_VALUES;
  const values: (string | null)[] = [];
  const rows = batches.flatMap((batch) => [
    ...batch.changed.map((going) => ({ ...changesInto(values, batch.table, going.change), going })),
    ...batch.whole.map((going) => ({ ...wholeInto(values, batch.table, going.change.row), going })),
  ]);
  return [
    textArray(batches.map(({ table }) => table.name)),
    bigintArray(batches.map(({ table }) => table.oid)),
    integerArray(batches.map(({ table }) => table.columnsKey)),
    integerArray(batches.map(({ changed }) => changed.length)),
    integerArray(batches.map(({ whole }) => whole.length)),
    integerArray(rows.map(({ going }) => going.stream)),
    bigintArray(rows.map(({ before }) => before)),
    bigintArray(rows.map(({ marks }) => marks)),
    textArray(values),
  ];
}

/** In place of rows in the other form. */
export const NO_JSON: readonly null[] = Array.from({ length: 3 }, () => null);
export const NO_VALUES: readonly null[] = Array.from({ length: 9 }, () => null);

function goingRows(appends: readonly Append[]): readonly Going[] {
  return appends.flatMap(({ rows }, index) =>
    Object.entries(rows).flatMap(([table, changes]) => changes.map((change) => ({ stream: index + 1, table, change }))),
  );
}

function batchesOf(rows: readonly Going[], tables: KnownTables): readonly Batch[] {
  return [...Map.groupBy(rows, ({ table }) => table)].map(([name, going]) => {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`There is no read model ${name}.`);
    const { changed = [], whole = [] } = Object.groupBy(going, ({ change }) =>
      isKnown(change, table) ? 'changed' : 'whole',
    );
    return { table, changed, whole };
  });
}

/** Rows that another version of the projection built may differ in more than this one knows. */
function isKnown({ row, from, version }: ChangedRow, { builtVersion }: RowTable): boolean {
  return from !== undefined && builtVersion === version && Number(from['streamVersion']) < Number(row['streamVersion']);
}

function changesInto(values: (string | null)[], { columns }: RowTable, { row, from }: ChangedRow): Written {
  let [low, high, isTimed] = [0, 0, false];
  for (const [place, column] of columns.entries()) {
    const { property, isKey, isKept } = column;
    const value = row[property];
    const isChanged = !isKey && (isKept ? value !== undefined : value !== from?.[property]);
    const text = isChanged || isKey ? textOf(value, column.isJson) : null;
    values.push(text);
    isTimed ||= isTimedText(text, column);
    if (!isChanged) continue;
    if (place < LOW_BITS) low |= 1 << place;
    else high |= 1 << (place - LOW_BITS);
  }
  const marks = high === 0 ? BigInt(low) : (BigInt(high) << BigInt(LOW_BITS)) | BigInt(low);
  return { marks: isTimed ? marks | TIMED : marks, before: BigInt(Number(from?.['streamVersion'])) };
}

function wholeInto(values: (string | null)[], { columns }: RowTable, row: Row): Written {
  let isTimed = false;
  for (const column of columns) {
    const text = textOf(row[column.property], column.isJson);
    values.push(text);
    isTimed ||= isTimedText(text, column);
  }
  return { marks: isTimed ? TIMED : 0n, before: null };
}

/** As the column's type reads it; JSON's null is none at all, as it is where rows are read from JSON. */
function textOf(value: unknown, isJson: boolean): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return isJson ? JSON.stringify(value) : value;
  return JSON.stringify(value);
}

/** A time by itself is known as one; within a text or JSON it has to be looked for. */
function isTimedText(text: string | null, { isJson, isText }: RowTable['columns'][number]): boolean {
  return text !== null && (isJson || isText) && text.includes(RECORDED_AT);
}
