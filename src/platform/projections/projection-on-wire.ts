import type { ReadModel } from './read-models.js';
import type { ParkedStream } from './parked-streams.js';
import type {
  ParkedStreamResponse,
  ProjectionResponse,
  ProjectionStatus,
  RebuildResponse,
} from './projection.response.js';
import type { RebuildReason, Report } from './rebuild-steps.js';

/** What the database knows of a read model and its last rebuild. */
export type ProjectionRecord = Readonly<{
  name: string;
  built_version: number | null;
  position: string;
  head: string;
  parked_streams: string;
  previous_kept: boolean;
  rebuild: RebuildRecord | null;
}>;

type RebuildRecord = Readonly<{
  id: string;
  version: number;
  reason: RebuildReason;
  status: 'requested' | 'running' | 'done' | 'blocked' | 'failed';
  phase: string | null;
  streams_done: number;
  streams_total: number;
  events_done: number;
  events_total: number;
  report: Report | null;
  error: string | null;
  requested_at: string;
  started_at: string | null;
  finished_at: string | null;
}>;

/** More than the page a read model is busy with. */
const BEHIND = 1000;

/** A read model as it is listed. */
export function projectionOnWire({ projection, kind }: ReadModel, known: ProjectionRecord): ProjectionResponse {
  const head = Number(known.head);
  const position = kind === 'inline' ? head : Number(known.position);
  return {
    name: known.name,
    version: projection.version,
    kind,
    position,
    head_position: head,
    lag: head - position,
    status: statusOf(known, projection.version, head - position),
    parked_streams: Number(known.parked_streams),
    rebuild: known.rebuild === null ? null : rebuildOnWire(known.rebuild),
    previous_kept: known.previous_kept,
  };
}

function statusOf(
  { rebuild, built_version, parked_streams }: ProjectionRecord,
  version: number,
  lag: number,
): ProjectionStatus {
  if (rebuild?.status === 'requested' || rebuild?.status === 'running') return 'rebuilding';
  if (rebuild?.status === 'blocked' || built_version === null || built_version < version) return 'blocked';
  if (Number(parked_streams) > 0) return 'degraded';
  return lag > BEHIND ? 'catching-up' : 'live';
}

function rebuildOnWire(rebuild: RebuildRecord): RebuildResponse {
  const { report, reason, requested_at, started_at, finished_at, ...rest } = rebuild;
  return {
    ...rest,
    reason,
    report: report === null ? null : reportOnWire(report, reason),
    requested_at: new Date(requested_at).toISOString(),
    started_at: started_at === null ? null : new Date(started_at).toISOString(),
    finished_at: finished_at === null ? null : new Date(finished_at).toISOString(),
  };
}

/** Without the samples: they may be another tenant's rows. The log has them. */
function reportOnWire({ onlyLive, onlyRebuilt, different }: Report, reason: RebuildReason) {
  return {
    only_live: onlyLive,
    only_rebuilt: onlyRebuilt,
    different,
    differences_expected: reason === 'version-raised',
  };
}

/** A parked stream as it is listed. */
export function parkedOnWire({ in_rebuild, stream_version, since, ...parked }: ParkedStream): ParkedStreamResponse {
  return {
    ...parked,
    blocks: in_rebuild ? 'rebuild' : 'live',
    stream_version: Number(stream_version),
    since: since.toISOString(),
  };
}
