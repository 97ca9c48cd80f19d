import { Injectable } from '@nestjs/common';
import { refuse } from '../../kernel/domain-error.js';
import { Database } from '../../platform/database/database.js';
import { inclusionProof } from '../../platform/event-store/inclusion-proof.js';
import { merkleTree } from '../../platform/event-store/merkle.js';
import { sealOnWire } from '../../platform/event-store/seal-on-wire.js';
import {
  type StageEventRow,
  type StoredEvent,
  eventColumns,
  eventOnWire,
  storedEvent,
} from '../../platform/event-store/stored-event.js';
import type { EventProofResponse } from './event-proof.response.js';
import { SealReader } from './seal-reader.js';

/** Shows that an event is under a signed seal, without showing the other events there. */
@Injectable()
export class EventProofs {
  constructor(
    private readonly database: Database,
    private readonly seals: SealReader,
  ) {}

  /**
   * The proof as stored rows make it, of one seal's leaves: where somebody changed them, it fails, and that is what it is for.
   *
   * @throws DomainError `event-not-found`, `not-sealed-yet`
   */
  async proofOf(tenantId: string, eventId: string): Promise<EventProofResponse> {
    const event = await this.find(tenantId, eventId);
    if (event === null) throw refuse('event-not-found', `There is no event ${eventId}.`);
    const { position } = event;
    if (position === undefined) {
      throw refuse('not-sealed-yet', `Event ${eventId} is recorded and not sealed yet. Ask again in a moment.`);
    }
    const seal = await this.seals.over(position);
    const leaves = (await this.seals.leavesUnder([seal])).get(seal.number) ?? [];
    const index = position - seal.fromPosition;
    return {
      event: eventOnWire(event),
      position,
      leaf_hash: event.leafHash,
      leaf_index: index,
      tree_size: seal.toPosition - seal.fromPosition + 1,
      path: inclusionProof(merkleTree(leaves), index).map((hash) => hash.toString('hex')),
      seal: sealOnWire(seal),
    };
  }

  private async find(tenantId: string, eventId: string): Promise<StoredEvent | null> {
    const [row] = await this.database.query<StageEventRow>(tenantId, BY_ID, [tenantId, eventId]);
    return row === undefined ? null : storedEvent(row);
  }
}

// One statement, one moment: an event that is being sealed meanwhile is found on one side or the other. Only the sealed side has an index
// by id; the other is read as the sealer would read it next, whatever still runs, and bounded: an id that is nowhere must cost little.
const BY_ID = {
  name: 'event_by_id',
  text: `
    select ${eventColumns}, l.position
    from sealed_events l join stage_events e using (stream_id, stream_version)
    where l.tenant_id = $1 and l.event_id = $2
    union all
    select ${eventColumns}, null
    from settled_events(100000, '18446744073709551615') e
    where e.tenant_id = $1 and e.id = $2
    limit 1`,
};
