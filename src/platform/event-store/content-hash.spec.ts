import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { contentHash } from './content-hash.js';
import { type AnyRecorded, immutableColumns } from './stored-event.js';

const anyText = fc.string({ unit: 'grapheme' });
const anyEvent: fc.Arbitrary<AnyRecorded> = fc.record(
  {
    type: anyText,
    detail: fc.dictionary(anyText, fc.jsonValue({ noUnicodeString: false })),
    context: fc.dictionary(anyText, fc.jsonValue({ noUnicodeString: false })),
    id: fc.uuid(),
    tenantId: fc.uuid(),
    streamId: fc.uuid(),
    streamType: anyText,
    streamVersion: fc.nat(),
    category: fc.constant('job' as const),
    schemaVersion: fc.nat(),
    correlationId: fc.uuid(),
    causationId: fc.uuid(),
    actor: fc.record({ type: fc.constant('user' as const), id: anyText }),
    fromStage: anyText,
    toStage: anyText,
    reason: anyText,
    occurredAt: fc.constant(''),
    recordedAt: fc.constant(''),
  },
  {
    requiredKeys: [
      'type',
      'detail',
      'context',
      'id',
      'tenantId',
      'streamId',
      'streamType',
      'streamVersion',
      'category',
      'schemaVersion',
      'correlationId',
      'causationId',
      'actor',
      'occurredAt',
      'recordedAt',
    ],
  },
);

describe('the content hash of an event', () => {
  it('is over the canonical form of its immutable columns', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const canonical = Buffer.from(canonicalJson(immutableColumns(event)));
        const length = Buffer.alloc(8);
        length.writeBigUInt64BE(BigInt(canonical.length));
        const tag = 'stageline.content.1';
        const whole = createHash('sha256').update(Buffer.of(tag.length)).update(tag).update(length).update(canonical);
        expect(contentHash(event).toString('hex')).toBe(whole.digest('hex'));
      }),
    );
  });
});
