import { ApiSchema } from '@nestjs/swagger';
import { Choice, Flag, Nested, Text, TextList, Whole } from '../../platform/http/fields.js';
import type { Layer } from '../../gate-policy/contract.js';
import type { OnExpiry } from '../../templates/contract.js';

const layers = ['default', 'template', 'global', 'project', 'manual_review'] as const satisfies readonly Layer[];
const expiries = ['remain', 'park', 'escalate'] as const satisfies readonly OnExpiry[];

abstract class SourcedResponse {
  @Choice(layers, { description: 'The layer that has the word.' })
  readonly layer!: Layer;

  @Text({ nullable: true, description: 'The key of the rule within its layer; null where a layer has no keys.' })
  readonly rule!: string | null;
}

@ApiSchema({ name: 'SourcedFlag' })
export class SourcedFlagResponse extends SourcedResponse {
  @Flag()
  readonly value!: boolean;
}

@ApiSchema({ name: 'SourcedNumber' })
export class SourcedNumberResponse extends SourcedResponse {
  @Whole({ min: 1 })
  readonly value!: number;
}

@ApiSchema({ name: 'SourcedSeconds' })
export class SourcedSecondsResponse extends SourcedResponse {
  @Whole({ min: 1, nullable: true })
  readonly value!: number | null;
}

@ApiSchema({ name: 'SourcedNames' })
export class SourcedNamesResponse extends SourcedResponse {
  @TextList()
  readonly value!: readonly string[];
}

@ApiSchema({ name: 'SourcedExpiry' })
export class SourcedExpiryResponse extends SourcedResponse {
  @Choice(expiries)
  readonly value!: OnExpiry;
}

@ApiSchema({ name: 'EffectiveRule' })
export class EffectiveRuleResponse {
  @Nested(() => SourcedFlagResponse)
  readonly require_approval!: SourcedFlagResponse;

  @Nested(() => SourcedNamesResponse)
  readonly approvers!: SourcedNamesResponse;

  @Nested(() => SourcedNumberResponse)
  readonly quorum!: SourcedNumberResponse;

  @Nested(() => SourcedFlagResponse)
  readonly no_self_approval!: SourcedFlagResponse;

  @Nested(() => SourcedSecondsResponse, { description: 'Null: it never expires.' })
  readonly expires_after_seconds!: SourcedSecondsResponse;

  @Nested(() => SourcedExpiryResponse)
  readonly on_expiry!: SourcedExpiryResponse;

  @Nested(() => SourcedNamesResponse)
  readonly escalate_to!: SourcedNamesResponse;

  @Nested(() => SourcedSecondsResponse, { description: 'Null: a quarter of its time.' })
  readonly remind_before_seconds!: SourcedSecondsResponse;
}
