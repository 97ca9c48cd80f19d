import type { Database } from '../database/database.js';
import { propertyOf } from '../projections/columns.js';

/** A column of a read model, and the property of its rows that it shows. */
export type RowColumn = Readonly<{
  property: string;
  isKey: boolean;
  isJson: boolean;
  isText: boolean;
  /** Written beside the events too: what the table holds may be another value than the row's last event left. */
  isKept: boolean;
  /** Keeps the value that the row began with: the statement that changes rows does not set it. */
  isStill: boolean;
}>;

/** The table of a read model: this very one, which a rebuild replaces by another. */
export type RowTable = Readonly<{
  name: string;
  oid: bigint;
  /** Stands for the columns, in their order. */
  columnsKey: number;
  columns: readonly RowColumn[];
  /** Those that a change may set, and the key's: the first of them; the rest is still. */
  moving: readonly RowColumn[];
  still: readonly RowColumn[];
  /** Of the projection that built its rows; null before the first time. */
  builtVersion: number | null;
}>;

/** By name. */
export type KnownTables = ReadonlyMap<string, RowTable>;

type Found = Readonly<{
  name: string;
  oid: string;
  built_version: number | null;
  columns_key: number;
  columns: readonly Readonly<{
    name: string;
    is_key: boolean;
    is_json: boolean;
    is_text: boolean;
    is_kept: boolean;
    is_still: boolean;
  }>[];
}>;

/** What is known is looked at again after so long: rows of a read model that was rebuilt may be written by what changed from then on. */
const KNOWN_FOR_MS = 30_000;

/**
 * The tables of the read models, as they were when last looked at. An append says which tables and columns it speaks of, and is refused where they
 * are others by now.
 */
export class RowTables {
  private found: Promise<KnownTables> | null = null;
  private foundAtMs = 0;

  constructor(private readonly database: Database) {}

  known(): Promise<KnownTables> {
    const now = performance.now();
    if (this.found !== null && now - this.foundAtMs < KNOWN_FOR_MS) return this.found;
    const found = this.look();
    this.found = found;
    this.foundAtMs = now;
    found.catch(() => {
      if (this.found === found) this.forget();
    });
    return found;
  }

  forget(): void {
    this.found = null;
  }

  private async look(): Promise<KnownTables> {
    const rows = await this.database.call<Found>(LOOK, []);
    return new Map(rows.map((row) => [row.name, rowTable(row)]));
  }
}

function rowTable({ name, oid, built_version: builtVersion, columns_key: columnsKey, columns }: Found): RowTable {
  const known = columns.map((column) => ({
    property: propertyOf(column.name),
    isKey: column.is_key,
    isJson: column.is_json,
    isText: column.is_text,
    isKept: column.is_kept,
    isStill: column.is_still,
  }));
  const [moving, still] = [known.filter(({ isStill }) => !isStill), known.filter(({ isStill }) => isStill)];
  return { name, oid: BigInt(oid), columnsKey, columns: known, moving, still, builtVersion };
}

const LOOK = { name: 'row_tables', text: 'select * from row_tables()' };
