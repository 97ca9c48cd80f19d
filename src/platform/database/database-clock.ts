import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** A reading goes on by this process's monotonic clock for so long; then the two have drifted enough to ask again. */
const READING_LASTS_MS = 60_000;

/** What the database's clock showed, in epoch milliseconds, and the monotonic clock of this process at that moment. */
type Reading = Readonly<{ databaseMs: number; monotonicMs: number }>;

/**
 * The time by which due times and leases are told, which is the database's: however the clock of this process is set, or jumps, it changes
 * nothing. Asked for once and carried on by the monotonic clock, so that as a rule it costs nothing.
 */
@Injectable()
export class DatabaseClock {
  private reading: Promise<Reading> | null = null;
  private readAtMs = -Infinity;

  constructor(private readonly database: Database) {}

  /** ISO 8601 in UTC to the millisecond. */
  async now(): Promise<string> {
    const { databaseMs, monotonicMs } = await this.lastReading();
    return new Date(databaseMs + performance.now() - monotonicMs).toISOString();
  }

  private lastReading(): Promise<Reading> {
    if (this.reading !== null && performance.now() - this.readAtMs < READING_LASTS_MS) return this.reading;
    const reading = this.read();
    this.reading = reading;
    this.readAtMs = performance.now();
    reading.catch(() => {
      if (this.reading === reading) this.reading = null;
    });
    return reading;
  }

  /** Taken to be of the middle of the time it took. */
  private async read(): Promise<Reading> {
    const before = performance.now();
    const [row] = await this.database.call<{ ms: string }>(NOW, []);
    return { databaseMs: Number(row?.ms), monotonicMs: (before + performance.now()) / 2 };
  }
}

const NOW = {
  name: 'database_now',
  text: 'select round(extract(epoch from clock_timestamp()) * 1000)::text as ms',
};
