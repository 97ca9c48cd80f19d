/**
 * The file that a timeline is exported to; docs/export-format.md specifies it for good.
 *
 *   header   what the file is, whose timeline, which part of it, how far that was sealed
 *   seal     one seal; in the order of their numbers
 *   event    one event under the seal above it, with the hashes that lead from its leaf to that seal's root; in the order of positions
 *   end      how many events and seals there were, and the hash of all that came before
 *
 * A line is the canonical form (RFC 8785) of one JSON object, so that there is one way to write a file and nothing in it that can be
 * changed without being seen.
 */
import { canonicalJson } from '../../kernel/canonical-json.js';
import type { SealOnWire } from '../../platform/event-store/seal-on-wire.js';

export const FORMAT = 'stageline.timeline';
export const FORMAT_VERSION = 1;

/** A longer line is none: whoever reads a file knows what it may cost. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Deeper nesting is refused: the service takes in 64 levels, and an event wraps them in a few of its own. */
export const MAX_DEPTH = 100;

/** Which part of the timeline: one run's events, or those recorded from one moment on and before another; all null is everything. */
export type ExportScope = Readonly<{ run_id: string | null; from: string | null; to: string | null }>;

/** The first line. `head_position` is the last position that was sealed when the export began. */
export type ExportHeader = ExportScope &
  Readonly<{
    format: typeof FORMAT;
    version: number;
    tenant_id: string;
    head_position: number;
    made_at: string;
    software_version: string;
  }>;

/** An event as it goes over the wire; what is not named here is hashed and not looked at. */
export type ExportedEvent = Readonly<Record<string, unknown>> &
  Readonly<{
    id: string;
    tenant_id: string;
    stream_id: string;
    stream_version: number;
    position: number;
    occurred_at: string;
    recorded_at: string;
    leaf_hash: string;
  }>;

export type SealLine = Readonly<{ seal: SealOnWire }>;
export type EventLine = Readonly<{ event: ExportedEvent; path: readonly string[] }>;

/** The last line; `sha256` is over all bytes before it. */
export type EndLine = Readonly<{ end: Readonly<{ events: number; seals: number; sha256: string }> }>;

export type ExportLine = ExportHeader | SealLine | EventLine | EndLine;

/** Whether an export has everything of its tenant, and then every seal from the first on. */
export function isWhole({ run_id: runId, from, to }: ExportScope): boolean {
  return runId === null && from === null && to === null;
}

/** Writes a line. */
export function lineOf(line: ExportLine): string {
  return `${canonicalJson(line)}\n`;
}
