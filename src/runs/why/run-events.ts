import { Injectable } from '@nestjs/common';
import type { Recorded } from '../../kernel/recorded-event.js';
import { Database } from '../../platform/database/database.js';
import { eventColumns, type StageEventRow, storedEvent } from '../../platform/event-store/stored-event.js';
import { eventsOf } from '../../platform/event-store/stream-type.js';
import type { RunEvent } from '../run.events.js';
import { runStream } from '../run-stream.js';

/** Events of one run that are read at most; of a longer history the latest. */
const READ_EVENTS = 2000;

/** What happened to runs, but for their nodes and jobs: few events, however large a graph is. */
@Injectable()
export class RunEvents {
  constructor(private readonly database: Database) {}

  /** By run, oldest first. Of all that happened to nodes there is the last. */
  async of(
    tenantId: string,
    runIds: readonly string[],
  ): Promise<Partial<Record<string, readonly Recorded<RunEvent>[]>>> {
    const rows = await this.database.query<StageEventRow>(tenantId, EVENTS, [tenantId, runIds, READ_EVENTS]);
    return Object.groupBy(eventsOf(runStream, rows.map(storedEvent)), ({ streamId }) => streamId);
  }
}

const ofRun = "tenant_id = $1 and stream_id = r.id and stream_type = 'pipeline_run'";

const EVENTS = {
  name: 'events_of_runs',
  text: `select ${eventColumns} from unnest($2::uuid[]) r (id) cross join lateral (
      (select * from stage_events where ${ofRun} and category <> all ('{node,job}') order by stream_version desc limit $3)
      union all
      (select * from stage_events where ${ofRun} and category = 'node' order by stream_version desc limit 1)) e
    order by e.stream_id, e.stream_version`,
};
