import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Seal } from '../../platform/event-store/seal.js';
import { type SealRow, sealOf } from '../../platform/event-store/seal-row.js';

/** Reads seals and what is under them. They are made over the events of all tenants, and hold nothing of them but hashes. */
@Injectable()
export class SealReader {
  constructor(private readonly database: Database) {}

  /** Seals after a number, in order. */
  async list(after: number, limit: number): Promise<readonly Seal[]> {
    const rows = await this.select<SealRow>('select * from seals where number > $1 order by number limit $2', [
      after,
      limit,
    ]);
    return rows.map(sealOf);
  }

  /** The seal over a position that was given. */
  async over(position: number): Promise<Seal> {
    const [row] = await this.select<SealRow>(
      'select * from seals where to_position >= $1 order by to_position limit 1',
      [position],
    );
    if (row === undefined) throw new Error(`Position ${String(position)} has no seal: verify the timeline.`);
    return sealOf(row);
  }

  /** The seals over some positions that were given, each once, in order. */
  async overAll(positions: readonly number[]): Promise<readonly Seal[]> {
    const rows = await this.select<SealRow>(OVER_ALL, [positions]);
    return rows.map(sealOf);
  }

  /** The leaves under each seal by its number, in the order of their positions. Seals in order. */
  async leavesUnder(seals: readonly Seal[]): Promise<ReadonlyMap<number, readonly Buffer[]>> {
    const rows = await this.select<Readonly<{ leaf_hash: Buffer }>>(LEAVES, [
      seals.map(({ fromPosition }) => fromPosition),
      seals.map(({ toPosition }) => toPosition),
    ]);
    let start = 0;
    return new Map(
      seals.map(({ number, fromPosition, toPosition }) => {
        const end = start + toPosition - fromPosition + 1;
        const leaves = rows.slice(start, end).map(({ leaf_hash: leaf }) => leaf);
        start = end;
        return [number, leaves] as const;
      }),
    );
  }

  private select<Row>(statement: string, values: readonly unknown[]): Promise<Row[]> {
    return this.database.system((manager) => manager.query<Row[]>(statement, [...values]));
  }
}

const OVER_ALL = `
  select distinct on (s.number) s.*
  from unnest($1::bigint[]) as given (position)
    cross join lateral (select * from seals where to_position >= given.position order by to_position limit 1) s
  order by s.number`;

const LEAVES = `
  select l.leaf_hash
  from unnest($1::bigint[], $2::bigint[]) as seal (first, last) join sealed_events l on l.position between seal.first and seal.last
  order by l.position`;
