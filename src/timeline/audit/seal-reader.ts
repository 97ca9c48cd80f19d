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

  /** The leaves under one seal, in the order of their positions. */
  async leavesUnder({ fromPosition, toPosition }: Seal): Promise<readonly Buffer[]> {
    const rows = await this.select<Readonly<{ leaf_hash: Buffer }>>(
      'select leaf_hash from sealed_events where position between $1 and $2 order by position',
      [fromPosition, toPosition],
    );
    return rows.map(({ leaf_hash: leaf }) => leaf);
  }

  private select<Row>(statement: string, values: readonly number[]): Promise<Row[]> {
    return this.database.system((manager) => manager.query<Row[]>(statement, [...values]));
  }
}
