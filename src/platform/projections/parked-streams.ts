import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import type { CreationPosition } from '../database/list-by-creation.js';
import { Database } from '../database/database.js';
import { ReadModels } from './read-models.js';
import { parkedOf, written } from './rebuild-steps.js';
import { type Ask, type StreamExtent } from './stream-events.js';
import { type FoldedStream, foldStreams } from './stream-fold.js';

/** A stream that waits because a read model could not take one of its events. */
export type ParkedStream = Readonly<{
  stream_id: string;
  in_rebuild: boolean;
  stream_version: string;
  event_id: string;
  event_type: string;
  error: string;
  since: Date;
  attempts: number;
}>;

/** A stream that keeps moving while it is folded is tried as often. */
const ATTEMPTS = 20;

/** Streams that a read model had to leave behind, and taking them up again. */
@Injectable()
export class ParkedStreams {
  constructor(
    private readonly database: Database,
    private readonly readModels: ReadModels,
  ) {}

  /** A tenant's, those that wait longest first. @throws DomainError `projection-not-found` */
  list(name: string, tenantId: string, limit: number, after: CreationPosition | null) {
    this.readModels.named(name);
    const values = [tenantId, name, limit, after?.createdAt, after?.id];
    return this.database.query<ParkedStream>(tenantId, LIST, values);
  }

  /**
   * Folds a parked stream anew, from its first event up to the checkpoint. Answers null where it goes on with the others now, else why
   * it is still parked.
   *
   * @throws DomainError `projection-not-found`, `stream-not-parked`, `service-unavailable`
   */
  async retry(name: string, tenantId: string, streamId: string): Promise<string | null> {
    await this.requireParked(name, tenantId, streamId);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const stream = await this.extent(name, tenantId, streamId);
      const folded = await this.fold(name, stream);
      if (await this.settle(name, stream, folded)) return folded?.failure?.error ?? null;
    }
    throw refuse('service-unavailable', 'The stream kept moving: try again.');
  }

  async requireParked(name: string, tenantId: string, streamId: string): Promise<void> {
    this.readModels.named(name);
    const rows = await this.database.query(tenantId, FIND, [tenantId, name, streamId]);
    if (rows.length === 0) throw refuse('stream-not-parked', `${name} has no parked stream ${streamId}.`);
  }

  /** The stream up to its last event that the checkpoint has passed. */
  private async extent(name: string, tenantId: string, streamId: string): Promise<StreamExtent> {
    const [row] = await this.database.query<{ version: string }>(tenantId, EXTENT, [name, streamId]);
    return { streamId, tenantId, upTo: Number(row?.version ?? 0) };
  }

  private async fold(name: string, stream: StreamExtent): Promise<FoldedStream | undefined> {
    const ask: Ask = (statement, values) => this.database.query(stream.tenantId, statement, values) as never;
    let last: FoldedStream | undefined;
    for await (const ready of foldStreams(ask, this.readModels.named(name), [stream])) last = ready.at(-1) ?? last;
    return last;
  }

  private async settle(name: string, stream: StreamExtent, folded: FoldedStream | undefined): Promise<boolean> {
    const { version } = this.readModels.named(name).projection;
    const parked = JSON.stringify(folded === undefined ? [] : parkedOf(folded));
    const rows = written(folded?.rows.values() ?? []);
    const values = [name, version, stream.streamId, stream.upTo, rows, parked];
    const [answer] = await this.database.systemQuery<{ settled: boolean }>(SETTLE, values);
    return answer?.settled === true;
  }
}

const LIST = {
  name: 'parked_streams',
  text: `select stream_id, in_rebuild, stream_version, event_id, event_type, error, since, attempts from parked_streams
    where tenant_id = $1 and name = $2 and ($4::timestamptz is null or (since, stream_id) > ($4, $5::uuid))
    order by since, stream_id limit $3`,
};
const FIND = {
  name: 'parked_stream',
  text: 'select from parked_streams where tenant_id = $1 and name = $2 and stream_id = $3 and not in_rebuild',
};
const EXTENT = {
  name: 'parked_extent',
  text: `select max(l.stream_version) as version from sealed_events l
    where l.stream_id = $2 and l.position <= (select position from read_models where name = $1)`,
};
const SETTLE = { name: 'settle_parked', text: 'select settle_parked($1, $2, $3, $4, $5, $6) as settled' };
