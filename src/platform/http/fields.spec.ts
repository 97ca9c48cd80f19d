import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../kernel/domain-error.js';
import {
  Choice,
  Decimal,
  Flag,
  JsonMap,
  KeyText,
  Moment,
  Nested,
  NestedList,
  Text,
  TextList,
  Uuid,
  Whole,
} from './fields.js';
import { FieldsPipe, readFields } from './fields.pipe.js';

class ScopeRequest {
  @TextList({ optional: true })
  readonly keep?: readonly string[];

  @Text()
  readonly note!: string;
}

class SampleRequest {
  @Text({ max: 5 })
  readonly name!: string;

  @Uuid({ optional: true })
  readonly id?: string;

  @Choice(['pass', 'fail'], { optional: true })
  readonly outcome?: string;

  @Whole({ min: 1, max: 10, optional: true })
  readonly limit: number = 5;

  @Decimal({ min: 0, optional: true, nullable: true })
  readonly score?: number | null;

  @Flag({ optional: true })
  readonly override?: boolean;

  @Moment({ optional: true })
  readonly at?: string;

  @JsonMap({ optional: true, maxBytes: 20 })
  readonly data?: object;

  @KeyText({ optional: true })
  readonly stage?: string;

  @Nested(() => ScopeRequest, { optional: true })
  readonly scope?: ScopeRequest;

  @NestedList(() => ScopeRequest, { optional: true, max: 2 })
  readonly scopes?: readonly ScopeRequest[];
}

function faults(sent: unknown, source: 'body' | 'query' = 'body'): unknown {
  try {
    return readFields(SampleRequest, sent, source);
  } catch (error) {
    return error instanceof DomainError ? error.details['errors'] : error;
  }
}

describe('reading a body', () => {
  it('gives an instance with what was sent and the defaults, and nothing that was left out', () => {
    const read = readFields(SampleRequest, { name: 'abc', scope: { note: 'n' } });
    expect(read).toBeInstanceOf(SampleRequest);
    expect(read.scope).toBeInstanceOf(ScopeRequest);
    expect(Object.keys(read).sort()).toEqual(['limit', 'name', 'scope']);
    expect(read.limit).toBe(5);
  });

  it('keeps uuids in lower case and moments in UTC', () =>
    expect(
      faults({ name: 'a', id: 'AAAAAAAA-0000-7000-8000-00000000000B', at: '2026-01-01T01:00:00+01:00' }),
    ).toMatchObject({ id: 'aaaaaaaa-0000-7000-8000-00000000000b', at: '2026-01-01T00:00:00.000Z' }));

  it('counts a character outside the basic plane once', () =>
    expect(faults({ name: '🚀🚀🚀🚀🚀' })).toBeInstanceOf(SampleRequest));

  it('says what is missing', () =>
    expect(faults({})).toEqual([
      { pointer: '/name', detail: 'is required and must be text of 1 to 5 characters, not only blanks.' },
    ]));

  it('names unknown fields, nested ones too, and what is known', () =>
    expect(faults({ name: 'a', nmae: 'b', scopes: [{ note: 'n', extra: 1 }] })).toEqual([
      { pointer: '/nmae', detail: expect.stringContaining('known are: name, id') },
      { pointer: '/scopes/0/extra', detail: expect.stringContaining('known are: keep, note') },
    ]));

  it.each([
    ['/name', { name: 5 }],
    ['/name', { name: '   ' }],
    ['/name', { name: 'abcdef' }],
    ['/id', { name: 'a', id: 'nope' }],
    ['/outcome', { name: 'a', outcome: 'maybe' }],
    ['/limit', { name: 'a', limit: '5' }],
    ['/limit', { name: 'a', limit: 2.5 }],
    ['/limit', { name: 'a', limit: 11 }],
    ['/score', { name: 'a', score: -1 }],
    ['/override', { name: 'a', override: 'true' }],
    ['/override', { name: 'a', override: null }],
    ['/at', { name: 'a', at: '2026-02-30T00:00:00Z' }],
    ['/at', { name: 'a', at: '0000-12-31T00:00:00Z' }],
    ['/at', { name: 'a', at: '0001-01-01T00:00:00+14:00' }],
    ['/at', { name: 'a', at: '9999-12-31T23:59:59-14:00' }],
    ['/at', { name: 'a', at: '2026-02-03' }],
    ['/data', { name: 'a', data: [1] }],
    ['/data', { name: 'a', data: { text: 'far too long for this' } }],
    ['/stage', { name: 'a', stage: 'Not A Key' }],
    ['/stage', { name: 'a', stage: 'constructor' }],
    ['/scope', { name: 'a', scope: 'text' }],
    ['/scope', { name: 'a', scope: [{ note: 'n' }] }],
    ['/scope/note', { name: 'a', scope: { note: 7 } }],
    ['/scope/keep', { name: 'a', scope: { note: 'n', keep: ['x', 'x'] } }],
    ['/scopes', { name: 'a', scopes: { note: 'n' } }],
    ['/scopes/1/note', { name: 'a', scopes: [{ note: 'n' }, {}] }],
    ['/scopes/0', { name: 'a', scopes: ['text'] }],
    ['/scopes', { name: 'a', scopes: [{ note: 'n' }, { note: 'n' }, { note: 'n' }] }],
    ['', ['a list']],
    ['', 'text'],
  ])('points at %s in %j', (pointer, sent) =>
    expect(faults(sent)).toEqual([{ pointer, detail: expect.stringMatching(/^(must|is required).*\.$/) }]),
  );

  it('takes null where null is allowed', () =>
    expect(faults({ name: 'a', score: null })).toMatchObject({ score: null }));
});

describe('reading a query', () => {
  it('reads numbers and flags from their text', () =>
    expect(faults({ name: 'a', limit: '7', score: '0.5', override: 'true' }, 'query')).toMatchObject({
      limit: 7,
      score: 0.5,
      override: true,
    }));

  it('leaves text that only looks like a number', () =>
    expect(faults({ name: '12' }, 'query')).toMatchObject({ name: '12' }));

  it.each(['', '1e3', '0x10', 'ten', ['1', '2']])('refuses %j as a number and says where', (limit) =>
    expect(faults({ name: 'a', limit }, 'query')).toEqual([
      { pointer: '/limit', detail: expect.stringContaining('whole number'), in: 'query' },
    ]),
  );

  it('is asked of query and body classes only', () => {
    const pipe = new FieldsPipe();
    expect(pipe.transform('x', { type: 'custom', metatype: SampleRequest })).toBe('x');
    expect(pipe.transform('x', { type: 'body', metatype: Object })).toBe('x');
    expect(() => pipe.transform(undefined, { type: 'body', metatype: SampleRequest })).toThrow(DomainError);
  });
});
