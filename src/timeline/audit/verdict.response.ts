import { ApiSchema } from '@nestjs/swagger';
import type { Finding, Verdict } from '../../platform/event-store/verification.js';
import { AnyJson, Flag, Whole } from '../../platform/http/fields.js';

@ApiSchema({ name: 'Verdict' })
export class VerdictResponse {
  @Flag({ description: 'Whether every event and every seal that was verified is as it was made.' })
  readonly valid!: boolean;

  @Whole({
    min: 1,
    nullable: true,
    description: 'The first position found to be as sealed; seals are verified whole. Null where there is none.',
  })
  readonly from!: number | null;

  @Whole({ min: 1, nullable: true, description: 'The last position found to be as sealed.' })
  readonly to!: number | null;

  @Whole({ min: 0 })
  readonly checked_events!: number;

  @Whole({ min: 0 })
  readonly checked_seals!: number;

  @AnyJson({
    nullable: true,
    description: 'The first thing that is wrong: `kind`, `position`, `message` and the `event`, where it is one.',
  })
  readonly finding!: unknown;
}

/** A verdict as one tenant may read it: another's event is not named, only that there is something wrong at its position. */
export function verdictOnWire(verdict: Verdict, tenantId: string): VerdictResponse {
  const { valid, from, to, checkedEvents, checkedSeals, finding } = verdict;
  return {
    valid,
    from,
    to,
    checked_events: checkedEvents,
    checked_seals: checkedSeals,
    finding: finding && findingOnWire(finding, tenantId),
  };
}

function findingOnWire({ kind, position, message, event }: Finding, tenantId: string) {
  if (event === undefined) return { kind, position, message, event: null };
  if (event.tenantId !== tenantId)
    return { kind, position, message: 'The event at this position is not as it was sealed.', event: null };
  return {
    kind,
    position,
    message,
    event: { id: event.id, stream_id: event.streamId, stream_version: event.streamVersion },
  };
}
