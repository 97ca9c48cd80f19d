/**
 * How the sealer never skips an event.
 *
 * A sequence number is taken before commit, so a later number can become visible first. An event is settled once no transaction that
 * could still commit an earlier one is running: its xid lies below every running transaction's (settled_events). One tick:
 *
 *   look      a read: is there a settled event? (no transaction id is spent on an idle service)
 *   lock      the one row of seal_state; whoever else holds it is sealing, so this tick has nothing to do
 *   position  settled events, in (xid, sequence) order, get the next dense positions in sealed_events
 *   seal      the Merkle root of their leaves, chained to the previous seal and signed
 *   notify    once; readers also poll
 *
 * Crash before commit: nothing moved. Crash after: the next tick starts from the stored state. Two sealers at once: the row lock lets one
 * in, and the primary key of sealed_events would refuse a position given twice.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { merkleRoot } from './merkle.js';
import { type Seal, seal } from './seal.js';
import { SEALING_KEY, type SealingKey } from './sealing-key.js';

/** The channel on which the sealer says that the timeline has grown; the payload is the last position. */
export const SEALED_CHANNEL = 'stageline_sealed';

const BATCH = 2000;

type SealState = Readonly<{ last_position: string; last_number: string; last_hash: Buffer; now: Date }>;
type Positioned = Readonly<{ position: string; leaf_hash: Buffer; xid: string; sequence: string }>;

@Injectable()
export class Sealer {
  private keyIsKnown = false;

  constructor(
    private readonly database: Database,
    @Inject(SEALING_KEY) private readonly key: SealingKey,
  ) {}

  /** Seals the events that are settled by now, one batch at most; answers how many. */
  async tick(): Promise<number> {
    return this.database.system(async (manager) => {
      const [waiting] = await manager.query<[{ is_any: boolean }]>(
        'select exists (select from settled_events(1)) as is_any',
      );
      if (!waiting.is_any) return 0;
      return manager.transaction((transaction) => this.sealBatch(transaction, SETTLED, null));
    });
  }

  /** How long the oldest event that has no position yet has been waiting for one, in seconds; 0 when none is. */
  async oldestWaitSeconds(): Promise<number> {
    const [row] = await this.database.system((manager) => manager.query<{ seconds: string }[]>(OLDEST_WAIT));
    return Number(row?.seconds ?? 0);
  }

  /**
   * Seals the next batch of events that came from another cluster, whose transactions cannot be running in this one. `epoch` is theirs: should
   * another process have begun a new one meanwhile, whose events must settle first, nothing is sealed.
   */
  async sealRestored(epoch: number): Promise<number> {
    return this.database.system((manager) =>
      manager.transaction((transaction) => this.sealBatch(transaction, EVERYTHING, epoch)),
    );
  }

  private async sealBatch(manager: EntityManager, horizon: string, epoch: number | null): Promise<number> {
    const [state] = await manager.query<SealState[]>(LOCK_STATE, [epoch]);
    if (state === undefined) return 0;
    const events = await manager.query<Positioned[]>(assignPositions(horizon), [state.last_position, BATCH]);
    const last = events.at(-1);
    if (last === undefined) return 0;
    await this.introduceKey(manager);
    await this.store(manager, this.sealed(state, events), last);
    return events.length;
  }

  private sealed(state: SealState, events: readonly Positioned[]): Seal {
    return seal(
      {
        number: Number(state.last_number) + 1,
        fromPosition: Number(state.last_position) + 1,
        toPosition: Number(state.last_position) + events.length,
        merkleRoot: merkleRoot(events.map(({ leaf_hash: leaf }) => leaf)),
        previousHash: state.last_hash,
        sealedAt: state.now.toISOString(),
      },
      this.key,
    );
  }

  private async store(manager: EntityManager, made: Seal, last: Positioned): Promise<void> {
    await manager.query(INSERT_SEAL, [
      made.number,
      made.fromPosition,
      made.toPosition,
      made.merkleRoot,
      made.previousHash,
      made.sealHash,
      made.signature,
      made.keyId,
      made.sealedAt,
      last.xid,
      last.sequence,
    ]);
    await manager.query('select pg_notify($1, $2)', [SEALED_CHANNEL, String(made.toPosition)]);
  }

  private async introduceKey(manager: EntityManager): Promise<void> {
    if (this.keyIsKnown) return;
    await manager.query('insert into sealing_keys (key_id, public_key) values ($1, $2) on conflict do nothing', [
      this.key.id,
      this.key.publicKeyPem,
    ]);
    this.keyIsKnown = true;
  }
}

const OLDEST_WAIT = `
  select greatest(0, extract(epoch from clock_timestamp() - e.recorded_at)) as seconds
  from settled_events(1, '18446744073709551615') e`;

const LOCK_STATE = `
  select last_position, last_number, last_hash, date_trunc('milliseconds', clock_timestamp()) as now
  from seal_state where $1::int is null or epoch = $1 for update skip locked`;

const SETTLED = 'pg_snapshot_xmin(pg_current_snapshot())';
const EVERYTHING = "'18446744073709551615'::xid8";

const assignPositions = (horizon: string): string => `
  with batch as (
    select $1::bigint + row_number() over (order by xid, sequence) as position, e.* from settled_events($2, ${horizon}) e
  ), positioned as (
    insert into sealed_events (position, tenant_id, stream_id, stream_version, event_id, event_type, category, correlation_id, actor_id,
      recorded_at, leaf_hash)
    select position, tenant_id, stream_id, stream_version, id, event_type, category, correlation_id, actor_id, recorded_at, leaf_hash
    from batch order by position
  )
  select position, leaf_hash, xid, sequence from batch order by position`;

const INSERT_SEAL = `
  with stored as (
    insert into seals (number, from_position, to_position, merkle_root, previous_hash, seal_hash, signature, key_id, sealed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  )
  update seal_state
  set last_number = $1, last_position = $3, last_hash = $6, last_xid = $10::text::xid8, last_sequence = $11`;
