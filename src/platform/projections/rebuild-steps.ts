import type { Row } from '../../kernel/projection.js';
import { columnsOf } from './columns.js';
import type { FoldedStream } from './stream-fold.js';
import type { RebuildSession } from './rebuild-session.js';

/** A rebuild that this process was given, as `claim_rebuild` answers. */
export type Ticket = Readonly<{ id: string; name: string; version: number; attempt: number; reason: RebuildReason }>;
export type RebuildReason = 'requested' | 'version-raised' | 'never-built';

/** How many of the rows it replaced were wrong, and the keys of some. */
export type Report = Readonly<{ onlyLive: number; onlyRebuilt: number; different: number; samples: readonly object[] }>;

type Compared = Readonly<{ only_rebuilt: string; different: string; samples: object[]; suspects: object[] }>;
type Unaccounted = Readonly<{ only_live: string; samples: object[] }>;

/** The database's half of a rebuild. Each step is refused once another process took the rebuild over (SQLSTATE SL020). */
export class RebuildSteps {
  constructor(
    private readonly session: RebuildSession,
    private readonly ticket: Ticket,
  ) {}

  async begin(): Promise<void> {
    await this.step('begin_rebuild', 'select begin_rebuild($1, $2)');
  }

  async load(rows: readonly Row[]): Promise<void> {
    if (rows.length > 0) await this.step('load_rebuild', 'select load_rebuild($1, $2, $3)', [written(rows)]);
  }

  async index(): Promise<void> {
    await this.step('index_rebuild', 'select index_rebuild($1, $2)');
  }

  async put(rows: readonly Row[]): Promise<void> {
    if (rows.length > 0) await this.step('put_rebuild', 'select put_rebuild($1, $2, $3)', [written(rows)]);
  }

  async compare(): Promise<Compared> {
    return one(await this.step<Compared>('compare_rebuild', 'select * from compare_rebuild($1, $2)'));
  }

  async unaccounted(suspects: readonly object[]): Promise<Unaccounted> {
    const text = 'select * from unaccounted_rows($1, $2, $3)';
    return one(await this.step<Unaccounted>('unaccounted_rows', text, [JSON.stringify(suspects)]));
  }

  /** Answers the checkpoint; from here to the transaction's end everybody waits. Refused where the live table was altered (SL021). */
  async lock(timeoutMs: number): Promise<number> {
    const text = 'select lock_for_switch($1, $2, $3) as position';
    const rows = await this.step<{ position: string }>('lock_for_switch', text, [`${String(timeoutMs)}ms`]);
    return Number(one(rows).position);
  }

  async switch(position: number, report: Report | null): Promise<void> {
    const values = [position, report === null ? null : JSON.stringify(report)];
    await this.step('switch_rebuild', 'select switch_rebuild($1, $2, $3, $4)', values);
  }

  async block(failed: readonly FoldedStream[]): Promise<void> {
    const values = [JSON.stringify(failed.flatMap(parkedOf))];
    await this.step('block_rebuild', 'select block_rebuild($1, $2, $3)', values);
  }

  private step<R extends Record<string, unknown>>(name: string, text: string, values: unknown[] = []) {
    return this.session.step<R>({ name, text }, [this.ticket.id, this.ticket.attempt, ...values]);
  }
}

/** Rows as the database's functions take them. */
export function written(rows: Iterable<Row>): string {
  return JSON.stringify(Array.from(rows, columnsOf));
}

/** What is kept of a stream that failed, as `park_streams` takes it. */
export function parkedOf({ streamId, tenantId, failure }: FoldedStream): object[] {
  if (failure === null) return [];
  const { type, streamVersion } = failure.event;
  return [
    {
      stream_id: streamId,
      tenant_id: tenantId,
      stream_version: streamVersion,
      event_type: type,
      error: failure.error,
    },
  ];
}

function one<R>([row]: readonly R[]): R {
  if (row === undefined) throw new Error('The step did not answer.');
  return row;
}
