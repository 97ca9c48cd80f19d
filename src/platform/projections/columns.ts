import type { Row } from '../../kernel/projection.js';

const spelled = new Map<string, string>();

/** A read model's row with its properties spelled as columns: `stageNumber` is `stage_number`. Values are left alone. */
export function columnsOf(row: Row): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const property in row) columns[columnOf(property)] = row[property];
  return columns;
}

/** The column of a property, in snake_case. */
export function columnOf(property: string): string {
  let column = spelled.get(property);
  if (column === undefined) {
    column = property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    spelled.set(property, column);
  }
  return column;
}

/** The property of a column, in camelCase. */
export function propertyOf(column: string): string {
  return column.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
