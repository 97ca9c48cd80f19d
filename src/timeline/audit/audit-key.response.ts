import { ApiSchema } from '@nestjs/swagger';
import type { KnownKey } from '../../platform/event-store/verification.js';
import { Choice, Flag, NestedList, Text } from '../../platform/http/fields.js';

const ALGORITHM = 'Ed25519';

@ApiSchema({ name: 'SealingKey' })
class SealingKeyResponse {
  @Text({ min: 32, max: 32, description: 'The first 32 hex digits of the SHA-256 of the public key in DER form.' })
  readonly key_id!: string;

  @Text({ max: 1000, description: 'PEM (SubjectPublicKeyInfo).' })
  readonly public_key!: string;

  @Choice([ALGORITHM])
  readonly algorithm!: string;
}

@ApiSchema({ name: 'OtherSealingKey' })
class OtherSealingKeyResponse extends SealingKeyResponse {
  @Flag({ description: 'Whether this service is configured to trust it: STAGELINE_TRUSTED_KEYS.' })
  readonly trusted!: boolean;
}

@ApiSchema({ name: 'AuditKey' })
export class AuditKeyResponse extends SealingKeyResponse {
  @NestedList(() => OtherSealingKeyResponse, { description: 'Every other key that signed seals, oldest first.' })
  readonly others!: readonly OtherSealingKeyResponse[];
}

/** The key of this process, with the others beside it. */
export function keysOnWire({ current, others }: Readonly<{ current: KnownKey; others: readonly KnownKey[] }>) {
  return {
    ...keyOnWire(current),
    others: others.map((other) => ({ ...keyOnWire(other), trusted: other.isTrusted })),
  };
}

function keyOnWire({ id, publicKeyPem }: KnownKey): SealingKeyResponse {
  return { key_id: id, public_key: publicKeyPem, algorithm: ALGORITHM };
}
