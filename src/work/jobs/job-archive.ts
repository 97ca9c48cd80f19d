import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { RepeatedWork } from '../../platform/background/repeated-work.js';
import { Database } from '../../platform/database/database.js';

const LOOK_EVERY_MS = 60_000;

/** Few enough that what they lock is free again in milliseconds. */
const AT_ONCE = 1000;

/**
 * Moves jobs that are over for long from `jobs` to `finished_jobs`, so that the table all workers work on stays small. Each is in one of the
 * two at any time. A rebuild makes all rows anew and empties the archive, which then fills again.
 */
@Injectable()
export class JobArchive implements BeforeApplicationShutdown {
  private rounds: RepeatedWork | null = null;
  private isStopping = false;

  constructor(private readonly database: Database) {}

  /** `afterSeconds`: how long a job has to be over. */
  start(afterSeconds: number): void {
    const work = (): Promise<void> => this.archiveAll(afterSeconds);
    this.rounds ??= new RepeatedWork({ work, everyMs: LOOK_EVERY_MS, logger: new Logger('JobArchive') });
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.rounds?.stop();
  }

  /** Archives whatever was over for so long by the database's clock. */
  async archiveAll(afterSeconds: number): Promise<void> {
    while (!this.isStopping && (await this.archiveSome(afterSeconds)) === AT_ONCE);
  }

  private async archiveSome(afterSeconds: number): Promise<number> {
    const [row] = await this.database.call<{ count: number }>(ARCHIVE, [afterSeconds, AT_ONCE]);
    return row?.count ?? 0;
  }
}

const ARCHIVE = { name: 'archive_jobs', text: 'select archive_jobs($1, $2) as count' };
