/**
 * Many rows of one stream that change in the same columns, mostly to the same values, as the jobs of a batch do: what is the same for all goes once
 * (migrations/alike-rows/define-alike-writer.sql).
 */
import type { RowColumn, RowTable } from './row-tables.js';
import { type Batch, type Going, LOW_BITS, TIMED, type Written, isTimedText, textOf } from './going-rows.js';

/** Fewer are not worth the look. */
const WORTH_A_LOOK = 16;

type Values = (string | null)[];

/** The batch in parts: rows that are alike, each lot for itself, and the rest. */
export function alikeApart({ table, changed, whole }: Batch): readonly Batch[] {
  const [lots, rest] = apart(changed, table);
  const [wholeLots, wholeRest] = apart(whole, table);
  return [
    ...lots.map((lot) => ({ table, changed: lot, whole: [], isAlike: true })),
    ...wholeLots.map((lot) => ({ table, changed: [], whole: lot, isAlike: true })),
    ...(rest.length + wholeRest.length === 0 ? [] : [{ table, changed: rest, whole: wholeRest, isAlike: false }]),
  ];
}

function apart(rows: readonly Going[], table: RowTable): readonly [(readonly Going[])[], readonly Going[]] {
  if (rows.length < WORTH_A_LOOK) return [[], rows];
  const groups = Map.groupBy(rows, (going) => `${String(going.stream)} ${String(changedColumns(table, going))}`);
  const [lots, rest]: [(readonly Going[])[], Going[]] = [[], []];
  for (const group of groups.values()) {
    if (group.length < WORTH_A_LOOK) rest.push(...group);
    else lots.push(group);
  }
  return [lots, rest];
}

/** A bit for each column that differs from the row as it was; none for a row that goes whole. */
function changedColumns({ columns }: RowTable, { change: { row, from } }: Going): bigint {
  if (from === undefined) return 0n;
  let [low, high] = [0, 0];
  for (let place = 0; place < columns.length; place += 1) {
    const { property, isKey, isKept } = columns[place] as RowColumn;
    const value = row[property];
    if (isKey || (isKept ? value === undefined : value === from[property])) continue;
    if (place < LOW_BITS) low |= 1 << place;
    else high |= 1 << (place - LOW_BITS);
  }
  return high === 0 ? BigInt(low) : (BigInt(high) << BigInt(LOW_BITS)) | BigInt(low);
}

/** Writes the values of rows that are alike. */
export function alikeInto(values: Values, { table, changed, whole }: Batch): readonly (Written & Going)[] {
  const rows = changed.length > 0 ? changed : whole;
  const [first] = rows;
  if (first === undefined) return [];
  const bits = changed.length > 0 ? changedColumns(table, first) : null;
  const own = table.columns.filter((column, place) => isGoing(column, bits, place) && isOwn(column, rows));
  const ownBits = table.columns.map((column, place) => (own.includes(column) ? 1n << BigInt(place) : 0n));
  values.push(String(ownBits.reduce((sum, bit) => sum | bit, 0n)));
  for (const [place, column] of table.columns.entries()) {
    const isShared = isGoing(column, bits, place) && !own.includes(column);
    values.push(isShared ? textOf(first.change.row[column.property], column.isJson) : null);
  }
  let isTimed = false;
  for (const { change } of rows)
    for (const column of own) {
      const text = textOf(change.row[column.property], column.isJson);
      values.push(text);
      isTimed ||= isTimedText(text, column);
    }
  const marks = (bits ?? 0n) | (isTimed ? TIMED : 0n);
  return rows.map((going) => ({ ...going, marks, before: bits === null ? null : versionBefore(going) }));
}

function isGoing({ isKey }: RowColumn, bits: bigint | null, place: number): boolean {
  return isKey || bits === null || (bits & (1n << BigInt(place))) !== 0n;
}

/** Whether a column's value goes with each row: keys do, what is not the same for all, and what the time of recording stands within. */
function isOwn(column: RowColumn, rows: readonly Going[]): boolean {
  if (column.isKey) return true;
  const { property, isJson } = column;
  const value = rows[0]?.change.row[property];
  return rows.some(({ change }) => change.row[property] !== value) || isTimedText(textOf(value, isJson), column);
}

function versionBefore({ change: { from } }: Going): bigint {
  return BigInt(Number(from?.['streamVersion']));
}
