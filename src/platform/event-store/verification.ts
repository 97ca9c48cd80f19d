import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { leafHash } from './content-hash.js';
import { merkleRoot } from './merkle.js';
import { type Seal, isSignedBy, sealHash } from './seal.js';
import { type StageEventRow, eventColumns, storedEvent } from './stored-event.js';

/** What verification found first, naming the event or the seal that is not as it was sealed. */
export type Finding = Readonly<{
  kind:
    | 'event-changed'
    | 'event-missing'
    | 'event-misfiled'
    | 'event-misplaced'
    | 'seal-broken'
    | 'seal-missing'
    | 'unknown-key';
  position: number;
  message: string;
  event?: Readonly<{ id: string; tenantId: string; streamId: string; streamVersion: number }>;
}>;

export type Verdict = Readonly<{
  valid: boolean;
  checkedEvents: number;
  checkedSeals: number;
  head: number;
  finding: Finding | null;
}>;

type SealRow = Readonly<{
  number: string;
  from_position: string;
  to_position: string;
  merkle_root: Buffer;
  previous_hash: Buffer;
  seal_hash: Buffer;
  signature: Buffer;
  key_id: string;
  sealed_at: Date;
  public_key: string | null;
}>;
type SealedRow = StageEventRow &
  Readonly<{
    position: string;
    sealed_id: string;
    sealed_tenant: string;
    sealed_stream: string;
    sealed_version: string;
    is_filed_right: boolean;
  }>;

const SEALS_A_PAGE = 100;
const FIRST_PREVIOUS = Buffer.alloc(32);

/** Recomputes every hash from the stored rows and holds them against the seals, first to last. */
@Injectable()
export class Verification {
  constructor(private readonly database: Database) {}

  /** Verifies the whole sealed timeline, or stops at the first thing that is wrong. Memory stays flat. */
  async verify(): Promise<Verdict> {
    let previous: Seal | null = null;
    let checkedSeals = 0;
    for (;;) {
      const seals = await this.sealsAfter(previous?.number ?? 0);
      if (seals.length === 0) return verdict(checkedSeals, previous, await this.checkEnd(previous));
      for (const row of seals) {
        const current = sealOf(row);
        const finding = this.checkSeal(current, previous, row.public_key) ?? (await this.checkEvents(current));
        if (finding !== null) return verdict(checkedSeals, previous, finding);
        previous = current;
        checkedSeals += 1;
      }
    }
  }

  private checkSeal(current: Seal, previous: Seal | null, publicKey: string | null): Finding | null {
    const broken = (kind: Finding['kind'], message: string): Finding => ({
      kind,
      position: current.fromPosition,
      message,
    });
    const name = `Seal ${String(current.number)}`;
    if (current.number !== (previous?.number ?? 0) + 1 || current.fromPosition !== (previous?.toPosition ?? 0) + 1) {
      return broken('seal-missing', `${name} does not follow the seal before it: one was taken out.`);
    }
    if (!current.previousHash.equals(previous?.sealHash ?? FIRST_PREVIOUS)) {
      return broken('seal-broken', `${name} is not chained to the seal before it.`);
    }
    if (!current.sealHash.equals(sealHash(current)))
      return broken('seal-broken', `${name} was changed: its hash does not match.`);
    if (publicKey === null) return broken('unknown-key', `${name} is signed by the unknown key ${current.keyId}.`);
    return isSignedBy(current, publicKey)
      ? null
      : broken('seal-broken', `${name} has a signature that is not its key's.`);
  }

  /** The sealer's own state says how many seals there must be, so that cutting off the end shows too. */
  private async checkEnd(last: Seal | null): Promise<Finding | null> {
    const [state] = await this.database.system((manager) =>
      manager.query<{ last_number: string }[]>('select last_number from seal_state'),
    );
    if (Number(state?.last_number) === (last?.number ?? 0)) return null;
    const message = `${String(state?.last_number)} seals were made and the last one found is ${String(last?.number ?? 0)}: the end was cut off.`;
    return { kind: 'seal-missing', position: (last?.toPosition ?? 0) + 1, message };
  }

  private async checkEvents(current: Seal): Promise<Finding | null> {
    const rows = await this.eventsOf(current);
    const leaves: Buffer[] = [];
    for (let position = current.fromPosition; position <= current.toPosition; position += 1) {
      const row = rows[position - current.fromPosition];
      const finding = row === undefined ? missing(position) : checkEvent(row, position);
      if (finding !== null) return finding;
      if (row !== undefined) leaves.push(leafHash(storedEvent(row)));
    }
    if (merkleRoot(leaves).equals(current.merkleRoot)) return null;
    const message = `The events of seal ${String(current.number)} are not those it was made over: one was replaced or moved.`;
    return { kind: 'event-misplaced', position: current.fromPosition, message };
  }

  private sealsAfter(number: number): Promise<SealRow[]> {
    return this.database.system((manager) =>
      manager.query<SealRow[]>(
        `select s.*, k.public_key from seals s left join sealing_keys k using (key_id) where number > $1 order by number limit $2`,
        [number, SEALS_A_PAGE],
      ),
    );
  }

  private eventsOf({ fromPosition, toPosition }: Seal): Promise<SealedRow[]> {
    return this.database.system((manager) =>
      manager.query<SealedRow[]>(
        `select ${eventColumns}, l.position, l.event_id as sealed_id, l.tenant_id as sealed_tenant, l.stream_id as sealed_stream,
           l.stream_version as sealed_version,
           (e.id, e.tenant_id, e.event_type, e.category, e.correlation_id, e.actor_id, e.recorded_at, e.leaf_hash)
             = (l.event_id, l.tenant_id, l.event_type, l.category, l.correlation_id, l.actor_id, l.recorded_at, l.leaf_hash) as is_filed_right
         from sealed_events l left join stage_events e using (stream_id, stream_version)
         where l.position between $1 and $2 order by l.position`,
        [fromPosition, toPosition],
      ),
    );
  }
}

function checkEvent(row: SealedRow, position: number): Finding | null {
  const named = {
    id: row.sealed_id,
    tenantId: row.sealed_tenant,
    streamId: row.sealed_stream,
    streamVersion: Number(row.sealed_version),
  };
  if (Number(row.position) !== position) return missing(position);
  if ((row.id as string | null) === null) {
    return { kind: 'event-missing', position, event: named, message: `Event ${named.id} was sealed and is gone.` };
  }
  const name = `Event ${named.id} (version ${String(named.streamVersion)} of stream ${named.streamId})`;
  if (!leafHash(storedEvent(row)).equals(row.leaf_hash)) {
    return { kind: 'event-changed', position, event: named, message: `${name} was changed after it was recorded.` };
  }
  if (row.is_filed_right) return null;
  return {
    kind: 'event-misfiled',
    position,
    event: named,
    message: `${name} is not filed under what it says: its index was changed.`,
  };
}

function missing(position: number): Finding {
  return { kind: 'event-missing', position, message: `Position ${String(position)} was sealed and is gone.` };
}

function sealOf(row: SealRow): Seal {
  return {
    number: Number(row.number),
    fromPosition: Number(row.from_position),
    toPosition: Number(row.to_position),
    merkleRoot: row.merkle_root,
    previousHash: row.previous_hash,
    sealedAt: row.sealed_at.toISOString(),
    sealHash: row.seal_hash,
    signature: row.signature,
    keyId: row.key_id,
  };
}

function verdict(checkedSeals: number, last: Seal | null, finding: Finding | null): Verdict {
  const checkedEvents = last?.toPosition ?? 0;
  return { valid: finding === null, checkedEvents, checkedSeals, head: checkedEvents, finding };
}
