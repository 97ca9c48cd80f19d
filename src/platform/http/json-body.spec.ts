import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../kernel/domain-error.js';
import { MAX_JSON_DEPTH, readJsonBody } from './json-body.js';

const bytes = (text: string) => new TextEncoder().encode(text);

function faults(body: string | Uint8Array): unknown {
  try {
    return readJsonBody(typeof body === 'string' ? bytes(body) : body);
  } catch (error) {
    return error instanceof DomainError ? error.details['errors'] : error;
  }
}

describe('reading a JSON body', () => {
  it('gives the value of well-formed JSON', () =>
    expect(readJsonBody(bytes('{"name":"Zoë 🚀","list":[1,{"a":null}]}'))).toEqual({
      name: 'Zoë 🚀',
      list: [1, { a: null }],
    }));

  it('takes an empty body as none', () => expect(readJsonBody(bytes(''))).toBeUndefined());

  it.each([
    ['broken JSON', '{"name":', ''],
    ['a NUL byte', '{"name":"a\\u0000b"}', '/name'],
    ['a lone surrogate', '{"list":[{"text":"\\ud800"}]}', '/list/0/text'],
    ['a number beyond all numbers', '{"score":1e999}', '/score'],
    ['a name every object has', '{"data":{"__proto__":{"admin":true}}}', '/data/__proto__'],
    ['a NUL byte in a name', '{"data":{"a\\u0000":1}}', '/data'],
    ['a slash and a tilde in a name', '{"a/b~c":"\\u0000"}', '/a~1b~0c'],
  ])('points at %s', (_what, body, pointer) =>
    expect(faults(body)).toEqual([{ pointer, detail: expect.stringMatching(/\.$/) }]),
  );

  it('refuses bytes that are not UTF-8', () =>
    expect(faults(new Uint8Array([0x22, 0xff, 0x22]))).toEqual([
      { pointer: '', detail: 'is not valid JSON: it is not UTF-8.' },
    ]));

  it('takes the deepest allowed nesting and refuses one more', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(faults(nested(MAX_JSON_DEPTH))).toBeInstanceOf(Array);
    expect(faults(nested(MAX_JSON_DEPTH + 1))).toEqual([
      { pointer: '/0'.repeat(MAX_JSON_DEPTH), detail: 'is nested deeper than 64 levels.' },
    ]);
  });

  it('survives nesting that would exhaust the stack', () =>
    expect(faults('['.repeat(200_000) + ']'.repeat(200_000))).toHaveLength(1));

  it('lists only the first twenty faults', () =>
    expect(faults(JSON.stringify(Array.from({ length: 50 }, () => '\0')))).toHaveLength(20));
});
