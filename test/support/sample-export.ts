/** Exported timelines made in memory, by the functions that a service makes them with: for tests of what reads them. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { leafOf } from '../../src/platform/event-store/content-hash.js';
import { inclusionProof } from '../../src/platform/event-store/inclusion-proof.js';
import { merkleRoot, merkleTree } from '../../src/platform/event-store/merkle.js';
import { type Seal, type SealedBatch, seal } from '../../src/platform/event-store/seal.js';
import { sealOnWire } from '../../src/platform/event-store/seal-on-wire.js';
import { type SealingKey, sealingKeyFrom } from '../../src/platform/event-store/sealing-key.js';
import {
  type ExportedEvent,
  type ExportHeader,
  type ExportLine,
  type ExportScope,
  FORMAT,
  FORMAT_VERSION,
  isWhole,
  lineOf,
} from '../../src/timeline/export/export-format.js';

export const TENANT = '00000000-0000-7000-8000-000000000001';
export const OTHER_TENANT = '00000000-0000-7000-8000-0000000000bb';
export const RUN = '01a1f7d2-0f5a-7d3c-8e21-3b8a4c6f1e02';
export const OTHER_RUN = '01a1f7d2-0f5a-7d3c-8e21-3b8a4c6f1e03';
export const WHOLE: ExportScope = { run_id: null, from: null, to: null };

export const newKey = (): SealingKey =>
  sealingKeyFrom(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);

/** Who an event is of, by position from 1. */
export type Owner = Readonly<{ tenant: string; stream: string }>;
export const ours: Owner = { tenant: TENANT, stream: RUN };
export const oursToo: Owner = { tenant: TENANT, stream: OTHER_RUN };
export const theirs: Owner = { tenant: OTHER_TENANT, stream: '01a1f7d2-0f5a-7d3c-8e21-3b8a4c6f1e04' };

/** A timeline of small events under seals of the sizes given, one key for each or the first for all. */
export type Timeline = Readonly<{
  events: readonly ExportedEvent[];
  seals: readonly Readonly<{ seal: Seal; leaves: readonly Buffer[] }>[];
}>;

export function timelineOf(owners: readonly Owner[], sizes: readonly number[], keys: readonly SealingKey[]): Timeline {
  const versions = new Map<string, number>();
  const events = owners.map(({ tenant, stream }, index) => {
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    return eventAt(index + 1, tenant, stream, version);
  });
  const seals: { seal: Seal; leaves: readonly Buffer[] }[] = [];
  for (const [index, size] of sizes.entries()) {
    const last = seals.at(-1)?.seal;
    const from = (last?.toPosition ?? 0) + 1;
    const leaves = events.slice(from - 1, from - 1 + size).map(({ leaf_hash: leaf }) => Buffer.from(leaf, 'hex'));
    const key = keys[index % keys.length];
    if (key === undefined) throw new Error('A seal needs a key.');
    const batch: SealedBatch = {
      number: index + 1,
      fromPosition: from,
      toPosition: from + size - 1,
      merkleRoot: merkleRoot(leaves),
      previousHash: last?.sealHash ?? Buffer.alloc(32),
      sealedAt: later('2026-03-01T12:00:10.145Z', index),
    };
    seals.push({ seal: seal(batch, key), leaves });
  }
  return { events, seals };
}

function eventAt(position: number, tenant: string, stream: string, version: number): ExportedEvent {
  const content = {
    tenant_id: tenant,
    stream_id: stream,
    stream_version: version,
    id: `01a1f7d2-0f94-7220-9f90-${String(position).padStart(12, '0')}`,
    stream_type: 'pipeline_run',
    event_type: 'focus.suggested',
    category: 'milestone',
    schema_version: 1,
    correlation_id: '01a1f7d2-0f90-74aa-b1c5-6d2f0e9b7a13',
    causation_id: '01a1f7d2-0f91-7b0e-a2d4-5c1e8f7a6b24',
    actor_type: 'founder',
    actor_id: 'ada',
    from_stage: null,
    to_stage: 'draft',
    reason: null,
    detail: { focus: [`“${String(position)}”`, 0.5], 10: true, 9: null },
    context: {},
  };
  const occurredAt = later('2026-03-01T11:58:10.250Z', position);
  const recordedAt = later('2026-03-01T12:00:10.125Z', position);
  const leaf = leafOf(content, { occurredAt, recordedAt }).toString('hex');
  return { ...content, position, occurred_at: occurredAt, recorded_at: recordedAt, leaf_hash: leaf };
}

function later(time: string, seconds: number): string {
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}

/** The lines of an export but the last, as a service would write them. */
export function linesOf({ events, seals }: Timeline, scope: ExportScope = WHOLE): readonly ExportLine[] {
  const header: ExportHeader = {
    format: FORMAT,
    version: FORMAT_VERSION,
    tenant_id: TENANT,
    ...scope,
    head_position: seals.at(-1)?.seal.toPosition ?? 0,
    made_at: '2026-03-02T08:00:00.000Z',
    software_version: '0.1.0',
  };
  const under = seals.flatMap(({ seal: each, leaves }) => {
    const tree = merkleTree(leaves);
    const exported = events.filter(
      (event) => event.position >= each.fromPosition && event.position <= each.toPosition && isIn(event, scope),
    );
    if (exported.length === 0 && !isWhole(scope)) return [];
    const proven = exported.map((event) => ({
      event,
      path: inclusionProof(tree, event.position - each.fromPosition).map((hash) => hash.toString('hex')),
    }));
    return [{ seal: sealOnWire(each) }, ...proven];
  });
  return [header, ...under];
}

function isIn(event: ExportedEvent, { run_id: run, from, to }: ExportScope): boolean {
  const isInPeriod = (from === null || event.recorded_at >= from) && (to === null || event.recorded_at < to);
  return event.tenant_id === TENANT && (run === null || event.stream_id === run) && isInPeriod;
}

/** A file of lines, with an end that fits them: what a forger would write who knows the format. */
export function fileOf(lines: readonly ExportLine[]): Buffer {
  return ended(Buffer.from(lines.map(lineOf).join('')));
}

/** Adds the last line to bytes that are lines. */
export function ended(body: Buffer): Buffer {
  const lines = body.toString('utf8').split('\n');
  const events = lines.filter((line) => line.startsWith('{"event"')).length;
  const seals = lines.filter((line) => line.startsWith('{"seal"')).length;
  const sum = createHash('sha256').update(body).digest('hex');
  return Buffer.concat([body, Buffer.from(lineOf({ end: { events, seals, sha256: sum } }))]);
}
