import { type KeyObject, createPublicKey } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { leafHash } from './content-hash.js';
import { merkleRoot } from './merkle.js';
import { oneAhead } from './one-ahead.js';
import type { Seal } from './seal.js';
import { sealBatches } from './seal-batches.js';
import { chainFault, signatureFault } from './seal-chain.js';
import { type SealRow, sealOf } from './seal-row.js';
import { SEALING_KEY, type SealingKey, TRUSTED_KEYS, keyId } from './sealing-key.js';
import { type StageEventRow, eventColumns, storedEvent } from './stored-event.js';

type NamedEvent = Readonly<{ id: string; tenantId: string; streamId: string; streamVersion: number }>;

/** What verification found first, naming the event or the seal that is not as it was sealed. */
export type Finding = Readonly<{
  kind:
    | 'event-changed'
    | 'event-missing'
    | 'event-unsealed'
    | 'event-misfiled'
    | 'event-misplaced'
    | 'seal-broken'
    | 'seal-missing'
    | 'unknown-key';
  position: number;
  message: string;
  event?: NamedEvent;
}>;

/** `from` and `to` are the first and the last position found to be as sealed; null where there is none. */
export type Verdict = Readonly<{
  valid: boolean;
  checkedEvents: number;
  checkedSeals: number;
  from: number | null;
  to: number | null;
  finding: Finding | null;
}>;

/** Positions, both included. `from` defaults to the first; without `to` the end of the timeline is verified as well. */
export type PositionRange = Readonly<{ from?: number; to?: number }>;

/** A key that signs or signed seals. It is trusted where it is this process's or one of the configuration's. */
export type KnownKey = Readonly<{ id: string; publicKeyPem: string; isTrusted: boolean }>;

type KeyedSealRow = SealRow & Readonly<{ public_key: string | null }>;

type SealedRow = StageEventRow &
  Readonly<{
    position: string;
    sealed_id: string;
    sealed_tenant: string;
    sealed_stream: string;
    sealed_version: string;
    is_filed_right: boolean;
  }>;

type UnsealedRow = StageEventRow & Readonly<{ last_position: string; is_passed: boolean }>;

/** Seals in order that hold by themselves, the rows of all their events, and what is wrong with the seal after them. */
type Part = Readonly<{ seals: readonly Seal[]; rows: readonly SealedRow[]; finding: Finding | null }>;

const SEALS_A_PAGE = 100;
const LEAVES_A_PART = 2000;

/** Recomputes every hash from the stored rows and holds them against the seals, first to last. */
@Injectable()
export class Verification {
  constructor(
    private readonly database: Database,
    @Inject(SEALING_KEY) private readonly key: SealingKey,
    @Inject(TRUSTED_KEYS) private readonly trustedKeys: ReadonlySet<string>,
  ) {}

  /**
   * Verifies the whole timeline, or the seals that cover a range of it, or stops at the first thing that is wrong. Memory stays flat.
   *
   * Signatures count when they are by this process's key or by one the configuration trusts: a key that merely stands in the database
   * could have been put there by whoever changed the rest. The first seal of a range is held against the one before it.
   */
  async verify({ from = 1, to }: PositionRange = {}): Promise<Verdict> {
    const made = await this.sealsMade(); // Before the first look: seals that are added meanwhile are no reason for alarm.
    const before = await this.sealBefore(from);
    let previous = before;
    for await (const { seals, rows, finding } of oneAhead(this.parts(before, to))) {
      for (const seal of seals) {
        const fault = checkEvents(seal, rows.slice(seal.fromPosition - (seals[0]?.fromPosition ?? 0)));
        if (fault !== null) return verdict(before, previous, fault);
        previous = seal;
        await breath(); // Hashing takes the processor for itself; whoever else waits gets a turn.
      }
      if (finding !== null) return verdict(before, previous, finding);
    }
    if (to !== undefined && (previous?.toPosition ?? 0) >= to) return verdict(before, previous, null);
    return verdict(before, previous, checkEnd(previous, made) ?? (await this.checkUnsealed()));
  }

  /** The key that signs here, and the others that ever signed, oldest first. */
  async keys(): Promise<Readonly<{ current: KnownKey; others: readonly KnownKey[] }>> {
    const { id, publicKeyPem } = this.key;
    const rows = await this.database.system((manager) =>
      manager.query<{ key_id: string; public_key: string }[]>(
        'select key_id, public_key from sealing_keys where key_id <> $1 order by added_at, key_id',
        [id],
      ),
    );
    const others = rows.map(({ key_id: other, public_key: stored }) => {
      return { id: other, publicKeyPem: stored, isTrusted: this.trustedKey(other, stored) !== null };
    });
    return { current: { id, publicKeyPem, isTrusted: true }, others };
  }

  /** Seals that hold, with the rows of their events, up to one that does not, or to `to`. Rows are read for sound seals alone: those are bounded. */
  private async *parts(before: Seal | null, to: number | undefined): AsyncGenerator<Part> {
    for (let previous = before; to === undefined || (previous?.toPosition ?? 0) < to;) {
      const rows = await this.sealsAfter(previous?.number ?? 0);
      if (rows.length === 0) return;
      const { sound, finding } = this.soundSeals(rows, previous, to);
      for (const seals of sealBatches(sound, LEAVES_A_PART)) {
        yield { seals, rows: await this.eventsUnder(seals), finding: null };
      }
      if (finding !== null) {
        yield { seals: [], rows: [], finding };
        return;
      }
      previous = sound.at(-1) ?? previous;
    }
  }

  private soundSeals(rows: readonly KeyedSealRow[], before: Seal | null, to: number | undefined) {
    const sound: Seal[] = [];
    for (const row of rows) {
      const previous = sound.at(-1) ?? before;
      if (to !== undefined && (previous?.toPosition ?? 0) >= to) break;
      const current = sealOf(row);
      const finding = this.checkSeal(current, previous, row.public_key);
      if (finding !== null) return { sound, finding };
      sound.push(current);
    }
    return { sound, finding: null };
  }

  private checkSeal(current: Seal, previous: Seal | null, publicKey: string | null): Finding | null {
    const whyUnknown = "neither this process's nor among STAGELINE_TRUSTED_KEYS";
    const fault =
      chainFault(current, previous) ?? signatureFault(current, this.trustedKey(current.keyId, publicKey), whyUnknown);
    return fault && { ...fault, position: current.fromPosition };
  }

  private trustedKey(id: string, stored: string | null): KeyObject | null {
    if (id === this.key.id) return this.key.publicKey;
    return stored !== null && this.trustedKeys.has(id) ? publicKeyIn(stored, id) : null;
  }

  /** Events without a position: one that the sealer has passed was put there behind its back; the others must still be whole. */
  private async checkUnsealed(): Promise<Finding | null> {
    const rows = await this.database.system((manager) => manager.query<UnsealedRow[]>(UNSEALED));
    for (const row of rows) {
      const named = nameOf(row.id, row.tenant_id, row.stream_id, row.stream_version);
      const finding = { position: Number(row.last_position) + 1, event: named };
      if (row.is_passed) {
        return {
          ...finding,
          kind: 'event-unsealed',
          message: `${describe(named)} was added behind the sealer's back.`,
        };
      }
      if (!leafHash(storedEvent(row)).equals(row.leaf_hash)) {
        return { ...finding, kind: 'event-changed', message: `${describe(named)} was changed after it was recorded.` };
      }
    }
    return null;
  }

  private async sealsMade(): Promise<number> {
    const [state] = await this.database.system((manager) =>
      manager.query<{ last_number: string }[]>('select last_number from seal_state'),
    );
    return Number(state?.last_number ?? 0);
  }

  private async sealBefore(position: number): Promise<Seal | null> {
    const [row] = await this.database.system((manager) =>
      manager.query<SealRow[]>('select * from seals where to_position < $1 order by to_position desc limit 1', [
        position,
      ]),
    );
    return row === undefined ? null : sealOf(row);
  }

  private sealsAfter(number: number): Promise<KeyedSealRow[]> {
    return this.database.system((manager) =>
      manager.query<KeyedSealRow[]>(
        `select s.*, k.public_key from seals s left join sealing_keys k using (key_id) where number > $1 order by number limit $2`,
        [number, SEALS_A_PAGE],
      ),
    );
  }

  private eventsUnder(seals: readonly Seal[]): Promise<SealedRow[]> {
    return this.database.system((manager) =>
      manager.query<SealedRow[]>(
        `select ${eventColumns}, l.position, l.event_id as sealed_id, l.tenant_id as sealed_tenant, l.stream_id as sealed_stream,
           l.stream_version as sealed_version,
           (e.id, e.tenant_id, e.event_type, e.category, e.correlation_id, e.actor_id, e.recorded_at, e.leaf_hash)
             = (l.event_id, l.tenant_id, l.event_type, l.category, l.correlation_id, l.actor_id, l.recorded_at, l.leaf_hash) as is_filed_right
         from sealed_events l left join stage_events e using (stream_id, stream_version)
         where l.position between $1 and $2 order by l.position`,
        [seals[0]?.fromPosition, seals.at(-1)?.toPosition],
      ),
    );
  }
}

/** A stored key that is what its id says; one that was damaged is no key at all. */
function publicKeyIn(pem: string, id: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return keyId(key) === id ? key : null;
  } catch {
    return null;
  }
}

/** The sealer's own state says how many seals there must be, so that cutting off the end shows too. */
function checkEnd(last: Seal | null, made: number): Finding | null {
  const found = last?.number ?? 0;
  if (found >= made) return null;
  const message = `${String(made)} seals were made and the last one found is ${String(found)}: the end was cut off.`;
  return { kind: 'seal-missing', position: (last?.toPosition ?? 0) + 1, message };
}

/** Holds the rows from the first of a seal on against it; those before were all there, or verification would have stopped. */
function checkEvents(current: Seal, rows: readonly SealedRow[]): Finding | null {
  const leaves: Buffer[] = [];
  for (let position = current.fromPosition; position <= current.toPosition; position += 1) {
    const row = rows[position - current.fromPosition];
    const finding = row === undefined ? missing(position) : checkEvent(row, position);
    if (finding !== null) return finding;
    if (row !== undefined) leaves.push(row.leaf_hash);
  }
  if (merkleRoot(leaves).equals(current.merkleRoot)) return null;
  const message = `The events of seal ${String(current.number)} are not those it was made over: one was replaced or moved.`;
  return { kind: 'event-misplaced', position: current.fromPosition, message };
}

function checkEvent(row: SealedRow, position: number): Finding | null {
  const named = nameOf(row.sealed_id, row.sealed_tenant, row.sealed_stream, row.sealed_version);
  if (Number(row.position) !== position) return missing(position);
  if ((row.id as string | null) === null) {
    return { kind: 'event-missing', position, event: named, message: `${describe(named)} was sealed and is gone.` };
  }
  if (!leafHash(storedEvent(row)).equals(row.leaf_hash)) {
    return {
      kind: 'event-changed',
      position,
      event: named,
      message: `${describe(named)} was changed after it was recorded.`,
    };
  }
  if (row.is_filed_right) return null;
  const message = `${describe(named)} is not filed under what it says: its index was changed.`;
  return { kind: 'event-misfiled', position, event: named, message };
}

function nameOf(id: string, tenantId: string, streamId: string, version: string): NamedEvent {
  return { id, tenantId, streamId, streamVersion: Number(version) };
}

function describe({ id, streamId, streamVersion }: NamedEvent): string {
  return `Event ${id} (version ${String(streamVersion)} of stream ${streamId})`;
}

function missing(position: number): Finding {
  return { kind: 'event-missing', position, message: `Position ${String(position)} was sealed and is gone.` };
}

/** What was verified lies after the seal `before` and ends with the seal `last`; each is checked to follow the one before it. */
function verdict(before: Seal | null, last: Seal | null, finding: Finding | null): Verdict {
  const start = before?.toPosition ?? 0;
  const end = last?.toPosition ?? 0;
  return {
    valid: finding === null,
    checkedEvents: end - start,
    checkedSeals: (last?.number ?? 0) - (before?.number ?? 0),
    from: end > start ? start + 1 : null,
    to: end > start ? end : null,
    finding,
  };
}

// One statement, one moment: what is sealed and how far the sealer is belong together. Those passed come first.
const UNSEALED = `
  select ${eventColumns}, s.last_position, (e.epoch, e.xid, e.sequence) <= (s.epoch, s.last_xid, s.last_sequence) as is_passed
  from seal_state s cross join stage_events e
  where not exists (select from sealed_events l where l.stream_id = e.stream_id and l.stream_version = e.stream_version)
  order by e.epoch, e.xid, e.sequence limit 5000`;
