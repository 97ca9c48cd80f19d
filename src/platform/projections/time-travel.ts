import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import type { Row } from '../../kernel/projection.js';
import { Database } from '../database/database.js';
import { Turns } from '../event-store/turns.js';
import type { Standing } from './freshness.js';
import { ReadModels } from './read-models.js';
import { type Ask, type StreamExtent, fast } from './stream-events.js';
import { foldStreams } from './stream-fold.js';

/** Whoever waits longer for a turn is told to come back: folding history is heavy, and one at a time does it in a process. */
const PATIENCE_MS = 5000;

/** A read model as it was: the rows of one tenant, and the last position recorded by then. */
export type RowsAsOf = Standing & Readonly<{ rows: readonly Row[] }>;

/** Read models as they were at a moment, folded from the timeline by the projections that write them. */
@Injectable()
export class TimeTravel {
  private readonly turns = new Turns();

  constructor(
    private readonly database: Database,
    private readonly readModels: ReadModels,
  ) {}

  /**
   * A tenant's rows of a read model from the events recorded by `asOf` (ISO 8601, inclusive), in no particular order. A stream with an
   * event that cannot be taken has its rows as they stood before it: it is parked, or stops a rebuild, and the alarm is raised there.
   *
   * @throws DomainError `projection-not-found`; `service-unavailable` when others kept travelling.
   */
  rowsAsOf(name: string, tenantId: string, asOf: string): Promise<RowsAsOf> {
    const model = this.readModels.named(name);
    return this.inTurn(async () => {
      const ask: Ask = (statement, values) => this.database.query(tenantId, statement, values) as never;
      const standing = await this.database.systemQuery<{ at: string | null; head: string }>(STANDING, [asOf]);
      const ids = await ask<[string]>(STREAMS, [tenantId, model.streamTypes]);
      const streams = ids.map(([streamId]): StreamExtent => ({ streamId, tenantId, upTo: null }));
      const rows: Row[] = [];
      for await (const folded of foldStreams(ask, model, streams, asOf)) {
        for (const { rows: ofStream } of folded) rows.push(...ofStream.values());
      }
      return { rows, ...positions(standing[0]) };
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const answer = Promise.withResolvers<T>();
    let hasLeft = false;
    const leave = setTimeout(() => {
      hasLeft = true;
      answer.reject(refuse('service-unavailable', 'Others travel in time just now: try again.'));
    }, PATIENCE_MS);
    void this.turns.take('', async () => {
      clearTimeout(leave);
      if (!hasLeft) await work().then(answer.resolve, answer.reject);
    });
    return answer.promise;
  }
}

function positions(row: Readonly<{ at: string | null; head: string }> | undefined): Standing {
  return { asOfPosition: Number(row?.at ?? 0), headPosition: Number(row?.head ?? 0) };
}

const STANDING = {
  name: 'position_as_of',
  text: `select (select max(position) from sealed_events where recorded_at <= $1) as at,
    (select last_position from seal_state) as head`,
};

const STREAMS = fast(
  'streams_of_tenant',
  'select stream_id from stream_heads where tenant_id = $1 and stream_type = any ($2::text[]) order by stream_id',
);
