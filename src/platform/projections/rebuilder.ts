import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { DatabaseError } from 'pg';
import { RepeatedWork } from '../background/repeated-work.js';
import { DATABASE_CONNECTION } from '../database/database-connection.js';
import type { Connection } from '../database/data-source.js';
import { Database } from '../database/database.js';
import { ReadModels } from './read-models.js';
import { Rebuild, RebuildBlockedError } from './rebuild.js';
import { RebuildProgress } from './rebuild-progress.js';
import { RebuildSession } from './rebuild-session.js';
import { type Report, RebuildSteps, type Ticket } from './rebuild-steps.js';

const LOOK_EVERY_MS = 1000;

/** A rebuild whose process has not said for so long that it lives is begun anew by another, by the database's clock. */
const STALE = '30 seconds';

/** Migrations alter a table once: one that is still found altered then has something that a rebuild does not copy. */
const MOST_ATTEMPTS = 5;

/** Rebuilds what was asked for, one read model at a time in the whole database. */
@Injectable()
export class Rebuilder implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Rebuilder');
  private readonly stopping = new AbortController();
  private readonly rounds: RepeatedWork;
  private session: RebuildSession | null = null;

  constructor(
    private readonly database: Database,
    private readonly readModels: ReadModels,
    @Inject(DATABASE_CONNECTION) private readonly connection: Connection,
  ) {
    this.rounds = new RepeatedWork({ work: () => this.rebuildAll(), everyMs: LOOK_EVERY_MS, logger: this.logger });
  }

  start(): void {
    this.rounds.start();
  }

  /** A rebuild under way is left to another process, or to the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.session?.close();
    await this.rounds.stop();
  }

  /** Works until no rebuild is open that this process may take. */
  async rebuildAll(): Promise<void> {
    while (!this.stopping.signal.aborted && (await this.isAnyOpen()) && (await this.rebuildNext()));
  }

  private async isAnyOpen(): Promise<boolean> {
    const [row] = await this.database.call<{ is_open: boolean }>(IS_OPEN, [this.names(), STALE]);
    return row?.is_open === true;
  }

  private async rebuildNext(): Promise<boolean> {
    const session = await RebuildSession.open(this.connection);
    this.session = session;
    try {
      const versions = this.readModels.all().map(({ projection }) => projection.version);
      const [ticket] = await session.step<Ticket>(CLAIM, [this.names(), versions, STALE]);
      if (ticket !== undefined) await this.rebuild(session, ticket);
      return ticket !== undefined;
    } finally {
      this.session = null;
      await session.close();
    }
  }

  private async rebuild(session: RebuildSession, ticket: Ticket): Promise<void> {
    this.logger.log(`Rebuilding ${ticket.name}, version ${String(ticket.version)} (${ticket.reason}).`);
    const progress = new RebuildProgress(this.database, ticket);
    const model = this.readModels.named(ticket.name);
    try {
      const report = await new Rebuild(model, session, ticket, progress, this.stopping.signal).run();
      this.tell(ticket, report);
    } catch (error) {
      await this.ended(session, ticket, error);
    } finally {
      progress.stop();
    }
  }

  private tell({ name, reason }: Ticket, report: Report | null): void {
    const wrong = report === null ? 0 : report.onlyLive + report.onlyRebuilt + report.different;
    if (wrong === 0) this.logger.log(`Rebuilt ${name}.`);
    else if (reason === 'version-raised')
      this.logger.log(`Rebuilt ${name}: ${String(wrong)} rows differ, as a raised version lets expect.`);
    else
      this.logger.warn(
        `Rebuilt ${name}: ${String(wrong)} live rows were wrong and are right now: ${JSON.stringify(report)}`,
      );
  }

  /** A rebuild that was taken over is not ours to end; one whose database went away is left to whoever claims it next. */
  private async ended(session: RebuildSession, ticket: Ticket, error: unknown): Promise<void> {
    const { id, attempt, name } = ticket;
    if (this.stopping.signal.aborted) {
      await this.database.systemQuery(RELEASE, [id, attempt]);
    } else if (error instanceof RebuildBlockedError) {
      await new RebuildSteps(session, ticket).block(error.failed);
      const first = error.failed[0]?.failure?.error;
      this.logger.error(
        `The rebuild of ${name} is blocked, the live rows stay as they are: ${error.message} The first: ${String(first)}`,
      );
    } else if (error instanceof DatabaseError && error.code === 'SL020') {
      this.logger.warn(`The rebuild of ${name} was taken over by another process.`);
    } else if (error instanceof DatabaseError && error.code === 'SL021' && attempt < MOST_ATTEMPTS) {
      await this.database.systemQuery(RELEASE, [id, attempt]);
      this.logger.warn(`The table of ${name} was altered while it was rebuilt; the rebuild is begun anew.`);
    } else if (isLostConnection(error)) {
      this.logger.warn(error, `The rebuild of ${name} lost the database; it is begun anew.`);
    } else {
      await this.database.systemQuery(FAIL, [id, attempt, error instanceof Error ? error.message : String(error)]);
      this.logger.error(error, `The rebuild of ${name} failed; the live rows stay as they are.`);
    }
  }

  private names(): readonly string[] {
    return this.readModels.all().map(({ projection }) => projection.name);
  }
}

/** The server ended the connection, or nobody did: then it is the network's error, not the server's. */
function isLostConnection(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(?:08|57P)/.test(error.code ?? '');
  return (
    error instanceof Error && /^(?:Connection terminated|read ECONN|write E|Client has encountered)/.test(error.message)
  );
}

const IS_OPEN = {
  name: 'is_rebuild_open',
  text: `select exists (select from projection_rebuilds where status in ('requested', 'running') and name = any ($1))
    and not is_rebuilding($2) as is_open`,
};
const CLAIM = { name: 'claim_rebuild', text: 'select * from claim_rebuild($1, $2, $3)' };
const RELEASE = {
  name: 'release_rebuild',
  text: "update projection_rebuilds set status = 'requested' where id = $1 and attempt = $2 and status = 'running'",
};
const FAIL = {
  name: 'fail_rebuild',
  text: `update projection_rebuilds set status = 'failed', error = $3, finished_at = clock_timestamp()
    where id = $1 and attempt = $2 and status = 'running'`,
};
