/**
 * Rows of read models as parameters of `append_events`: values as texts, one for each column, which cost the database a third of what rows as JSON
 * cost it (migrations/row-values/define-row-writer.sql).
 *
 *   changed   a row that the table is known to hold goes with what differs, marked, and the version it was known in
 *   whole     one that is new, or not known, goes with all of its values, as does one that differs in a column that is known to be still
 *   JSON      all rows, where the tables were found to be others than they were known: what is in them does not matter then
 */
import type { Row } from '../../kernel/projection.js';
import { bigintArray, booleanArray, integerArray, textArray } from '../database/binary-array.js';
import { columnsOf } from '../projections/columns.js';
import type { Append, ChangedRow } from './append.js';
import { RECORDED_AT } from './recorded-at.js';
import type { KnownTables, RowColumn, RowTable } from './row-tables.js';

/** A row on its way, with the place of its append, from 1. */
type Going = Readonly<{ stream: number; table: string; change: ChangedRow }>;

/** Rows of one table, those with changes first. */
type Batch = Readonly<{ table: RowTable; changed: readonly Going[]; whole: readonly Going[] }>;

/** Lines of values, and beside each value whether its column is set to it: null where the time of recording is that value, or within it. */
type Lines = Readonly<{ length: number; values: (string | null)[]; set: (boolean | null)[] }>;

/** In place of rows in the other form. */
export const NO_JSON: readonly null[] = Array.from({ length: 3 }, () => null);
export const NO_VALUES: readonly null[] = Array.from({ length: 9 }, () => null);

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
  const rows = batches.flatMap(({ changed, whole }) => [...changed, ...whole]);
  const lines: Lines = { length: Math.max(...batches.map(lineLength)), values: [], set: [] };
  for (const { table, changed, whole } of batches) {
    for (const { change } of changed) addChanges(lines, table, change);
    for (const { change } of whole) addWhole(lines, table, change.row);
  }
  return [
    textArray(batches.map(({ table }) => table.name)),
    bigintArray(batches.map(({ table }) => table.oid)),
    integerArray(batches.map(({ table }) => table.columnsKey)),
    integerArray(batches.map(({ changed }) => changed.length)),
    integerArray(batches.map(({ whole }) => whole.length)),
    integerArray(rows.map(({ stream }) => stream)),
    bigintArray(rows.map(({ change: { from } }) => (from === undefined ? null : BigInt(versionOf(from))))),
    booleanArray(lines.set, lines.length),
    textArray(lines.values, lines.length),
  ];
}

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
function isKnown({ row, from, version }: ChangedRow, { builtVersion, still }: RowTable): boolean {
  if (from === undefined || builtVersion !== version || versionOf(from) >= versionOf(row)) return false;
  return still.every(({ property }) => row[property] === from[property]);
}

/** Where no row is whole, only the columns that move have a place. */
function lineLength({ table, whole }: Batch): number {
  return whole.length > 0 ? table.columns.length : table.moving.length;
}

function versionOf(row: Row): number {
  return Number(row['streamVersion']);
}

function addChanges(lines: Lines, { moving }: RowTable, { row, from }: ChangedRow): void {
  for (const column of moving) {
    const value = row[column.property];
    const isSet = column.isKept ? value !== undefined : value !== from?.[column.property];
    if (isSet || column.isKey) addValue(lines, column, value);
    else addNothing(lines);
  }
  fill(lines, moving.length);
}

function addWhole(lines: Lines, { columns }: RowTable, row: Row): void {
  for (const column of columns) addValue(lines, column, row[column.property]);
  fill(lines, columns.length);
}

function addValue({ values, set }: Lines, { isJson, isText }: RowColumn, value: unknown): void {
  const text = textOf(value, isJson);
  const isTimed = text !== null && (isJson ? text.includes(RECORDED_AT) : text === RECORDED_AT);
  if (isText && !isTimed && text?.includes(RECORDED_AT) === true)
    throw new Error('The time of recording may be a text, not stand within one.');
  values.push(text);
  set.push(isTimed ? null : true);
}

function addNothing({ values, set }: Lines): void {
  values.push(null);
  set.push(false);
}

/** Lines are as long as the longest. */
function fill(lines: Lines, from: number): void {
  for (let place = from; place < lines.length; place += 1) addNothing(lines);
}

/** As the column's type reads it; JSON's null is none at all, as it is where rows are read from JSON. */
function textOf(value: unknown, isJson: boolean): string | null {
  if (value === null || value === undefined) return null;
  if (isJson || typeof value !== 'string')
    return Array.isArray(value) && !isJson ? arrayText(value) : JSON.stringify(value);
  return value;
}

/** A list as a column of an array type reads it: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayText(items: readonly unknown[]): string {
  const texts = items.map((item) => {
    const text = textOf(item, false);
    return text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  });
  return `{${texts.join(',')}}`;
}
