import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../kernel/json.js';
import { beginEvaluation } from './evaluation.js';
import { expressionValue } from './expression-value.js';

const facts: JsonObject = {
  ...{ n: 80, half: 80.5, huge: 1e300, text: 'tea', none: null, list: [1, 2.5], deep: { a: [{ b: true }] } },
  long: 'x'.repeat(60_000),
};
const value = (expression: string) => beginEvaluation().value(expression, { facts });

describe('the value of an expression', () => {
  it.each<[string, JsonValue]>([
    ['1', 1],
    ['1.5', 1.5],
    ['-0.0', 0],
    ['facts.n', 80],
    ['facts.n + 1', 81],
    ['facts.n / 3 * 3', 80],
    ['facts.half - 0.5', 80],
    ['size(facts.list)', 2],
    ['size(facts.list) + 0.5', 2.5],
    ['int(facts.half)', 80],
    ['3u', 3],
    ['"a" + facts.text', 'atea'],
    ['facts.n >= 80', true],
    ['facts.none', null],
    ['null', null],
    ['facts', facts],
    ['[1, facts.half, "a", null, [size(facts.list)]]', [1, 80.5, 'a', null, [2]]],
    ['{"a": 1, "b": [facts.deep], 3: {true: facts.none}}', { a: 1, b: [{ a: [{ b: true }] }], 3: { true: null } }],
    ['facts.list.filter(x, x > 1)', [2.5]],
    ['timestamp("2026-01-01T01:00:00+01:00")', '2026-01-01T00:00:00.000Z'],
    ['[timestamp("2026-01-01T00:00:00Z")]', ['2026-01-01T00:00:00.000Z']],
    ['timestamp("2026-01-02T00:00:00Z") - timestamp("2026-01-01T00:00:00Z")', '86400s'],
    ['duration("90s")', '90s'],
    ['{"a": duration("1.5s")}', { a: '1.5s' }],
    ['duration("0s")', '0s'],
    ['duration("-1500ms")', '-1.5s'],
    ['b"abc"', 'YWJj'],
  ])('is JSON: %s', (expression, expected) => {
    const answer = value(expression);
    expect(answer).toEqual({ value: expected });
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  });

  it.each([
    ['facts.zzz', 'No such key: zzz'],
    ['1 / 0', 'out of range'],
    ['0.0 / 0.0', 'out of range'],
    ['-facts.huge * facts.huge', 'out of range'],
    ['[1, {"a": double("NaN")}]', 'out of range'],
    ['int(facts.huge)', 'out of range'],
    ['type(1)', 'no value'],
    ['int', 'no value'],
    ['"\\u0000"', 'NUL character'],
    ['{"\\u0000": 1}', 'NUL character'],
    ['[facts.long, facts.long, facts.long, facts.long, facts.long]', 'more than 262144 characters'],
    ['facts.long + facts.long + facts.long + facts.long + facts.long', 'more than 262144 characters'],
    ['1 +', 'column'],
    ['facts.text + 1', 'no such overload'],
  ])('is a failure where JSON has none: %s', (expression, failure) => {
    expect(value(expression)).toMatchObject({ failure: expect.stringContaining(failure) });
  });

  it('is the same JSON that was there', () => {
    const json = fc.jsonValue({ maxDepth: 5 }).filter((each) => !JSON.stringify(each).includes('\\u'));
    fc.assert(
      fc.property(json, (each) => {
        const given = JSON.parse(JSON.stringify(each)) as JsonValue;
        const answer = expressionValue(given);
        if ('failure' in answer) expect(answer.failure).toMatch(/not allowed|out of range/);
        else expect(answer.value).toEqual(given);
      }),
    );
  });

  it('is a failure where it is no value, or nested too deep', () => {
    expect(expressionValue(undefined)).toEqual({ failure: expect.stringContaining('no value') });
    expect(expressionValue([() => 1])).toEqual({ failure: expect.stringContaining('no value') });
    expect(expressionValue(new Map([['a', new Set()]]))).toEqual({ failure: expect.stringContaining('no value') });
    expect(expressionValue(new Map([['a', 1n]]))).toEqual({ value: { a: 1 } });
    expect(expressionValue({ ['constructor']: 1 })).toEqual({ failure: expect.stringContaining('named constructor') });
    const deep = Array.from({ length: 65 }).reduce<unknown>((inner) => [inner], null);
    expect(expressionValue(deep)).toEqual({ failure: expect.stringContaining('64 levels') });
  });
});
