import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EvaluateCondition, Scope } from '../../kernel/expression.js';
import type { JsonObject } from '../../kernel/json.js';
import { checkCondition, expressionChecks } from './conditions.js';
import { beginEvaluation } from './evaluation.js';

const scope: Scope = {
  result: { fields: { outcome: 'text', score: 'number', data: 'any' } },
  facts: 'any',
  percent: 'number',
  steps: { fields: { 'step-1': 'flag', done: 'flag' } },
  risks: { list: { fields: { type: 'text', message: 'text' } } },
};
const values: JsonObject = {
  result: { outcome: 'pass', score: 80, data: { panel: 2 } },
  facts: {
    ...{
      n: 80,
      half: 80.5,
      index: 1,
      text: 'tea',
      none: null,
      huge: 1e300,
      flag: true,
      list: [80, 90.5, 3],
      whole: [1, 2],
    },
    deep: { a: [{ b: 2 }] },
    mixed: [1, 'a', null],
  },
  percent: 50,
  steps: { 'step-1': true, done: false },
  risks: [{ type: 'legal', message: 'No licence' }],
};
const evaluateCondition: EvaluateCondition = (...asked) => beginEvaluation().condition(...asked);
const checked = (expression: string) => checkCondition(expression, scope);
const answer = (expression: string, given: JsonObject = values) => {
  expect(checked(expression)).toBeNull();
  return evaluateCondition(expression, given);
};

describe('a number', () => {
  it.each([
    ...[
      'result.score >= 80',
      'result.score == 80',
      '80 == result.score',
      'result.score + 1 > 80.5',
      'result.score != 81',
    ],
    ...['facts.n >= 80', 'facts.half >= 80', 'facts.n == 80', 'facts.n == 80.0', '80 == facts.n', 'facts.n + 1 > 2.5'],
    ...['facts.half - 0.5 == 80', 'facts.n * 2 == 160', 'facts.n / 160 == 0.5', 'facts.n % 3 == 2', '-facts.n < 0'],
    ...['percent == 50', 'percent + 1 == 51', 'percent in [50, 60]', '-5 + percent == 45', '1 / 2 == 0.5', '7 / 2 > 3'],
    ...[
      'facts.n in [80, 90]',
      'facts.n in [80, 90.5]',
      'facts.n in [80, "a"]',
      '80 in facts.list',
      '90.5 in facts.list',
    ],
    ...['facts.list == [80, 90.5, 3]', 'facts.whole == [1, 2]', '[1, 2] == [1.0, 2.0]', '{"a": 1} == {"a": 1.0}'],
    ...['facts.list[0] == 80', 'facts.list[facts.index] == 90.5', 'facts.list[size(facts.list) - 1] == 3'],
    ...[
      'size(facts.list) == 3',
      'size(facts.list) > 2.5',
      'size(facts.list) / 2 == 1.5',
      'size(facts.list) + 0.5 == 3.5',
    ],
    ...['facts.list.exists(x, x == 90.5 && x + 1 > 2)', 'facts.list.exists_one(x, x == 80)', '0x10 == 16'],
    ...['size(facts.list.filter(x, x in [80, 3])) == 2', '(true ? 1 : 2.5) == 1', 'facts.huge > 99999999999999999999'],
    ...['int(facts.half) == 80', 'double("80") == facts.n', '"abc".substring(1) == "bc"', 'facts.deep.a[0].b == 2'],
    ...['int(percent) / 3 * 3 == percent', 'facts.deep == {"a": [{"b": 2}]}', 'string(facts.n) == "80"'],
  ])('is the same whole or not: %s', (expression) => {
    expect(answer(expression)).toEqual({ holds: true });
  });

  it('compares and adds as it does anywhere', () => {
    const number = fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, 80),
    );
    fc.assert(
      fc.property(number, number, (a, b) => {
        const given = { facts: { a, b } };
        expect(evaluateCondition('facts.a >= facts.b', given)).toEqual({ holds: a >= b });
        expect(evaluateCondition('facts.a + facts.b == facts.b + facts.a', given)).toEqual({ holds: true });
        expect(evaluateCondition('facts.a + 1 > facts.b', given)).toEqual({ holds: a + 1 > b });
        expect(evaluateCondition('facts.a == facts.b', given)).toEqual({ holds: a === b || (a === -b && a === 0) });
        expect(evaluateCondition('facts.a in [facts.b, 0]', given)).toEqual({ holds: a === b || a === 0 });
      }),
    );
  });
});

describe('a condition', () => {
  it.each([
    ['result == null', true],
    ['result != null && result.score >= 80', false],
    ['!(result == null) || percent > 10', true],
    ['facts.flag', false],
  ])('can ask whether there is anything: %s', (expression, holds) => {
    expect(answer(expression, { result: null, facts: { flag: false }, percent: 20 })).toEqual({ holds });
  });

  it.each([
    'has(facts.n) && !has(facts.zzz)',
    '"done" in steps && steps["step-1"] && !steps.done',
    'risks.exists(r, r.type == "legal") && size(risks) == 1',
    'facts.text.startsWith("t") && facts.text.contains("e")',
    'timestamp("2026-01-01T00:00:00Z") < timestamp("2026-06-01T00:00:00Z")',
    'result.data.panel > 1 // the panel has met\n && true',
  ])('can say much: %s', (expression) => {
    expect(answer(expression)).toEqual({ holds: true });
  });

  it.each([
    ['result.score >= 80', { result: null }, 'No such key: score. (column 8)'],
    ['result.score >= 80', { result: { score: null } }, 'no such overload: dyn<null> >= double. (column 1)'],
    ['facts.zzz > 1', values, 'No such key: zzz. (column 7)'],
    ['facts.text > 1', values, 'no such overload: dyn<string> > double. (column 1)'],
    ['facts.n', values, 'It is neither true nor false.'],
    ['facts.n.all(x, true)', values, expect.stringContaining('cannot be range')],
    ['facts.constructor == null', values, 'No such key: constructor. (column 7)'],
    ['percent > 1', {}, 'Unknown variable: percent. (column 1)'],
  ])('fails rather than guesses: %s', (expression, given: JsonObject, failure) => {
    expect(answer(expression, given)).toMatchObject({ failure });
  });

  it.each([
    ['percent >', 'bad-condition', 10],
    ['(percent > 1', 'bad-condition', 13],
    ['', 'bad-condition', 1],
    ['percent = 1', 'bad-condition', 9],
    ['percent > 1;', 'bad-condition', 12],
    ['percnt > 1', 'mistyped-condition', 1],
    ['percent > 1 && result.scoer > 1', 'mistyped-condition', 23],
    ['steps.stpe', 'mistyped-condition', 7],
    ['result.score > "3"', 'mistyped-condition', 1],
    ['true && result.outcome == 3', 'mistyped-condition', 9],
    ['percent', 'mistyped-condition', 1],
    ['"yes"', 'mistyped-condition', 1],
    ['risks.exists(r, r.typ == "x")', 'mistyped-condition', 19],
    ['true && facts.text.matches("(a+)+$")', 'condition-not-allowed', 9],
    ['size(facts.list.map(x, x)) > 1', 'condition-not-allowed', 6],
    ['cel.bind(x, facts.list, size(x) > 1)', 'condition-not-allowed', 1],
    ['facts.text.split("") == []', 'condition-not-allowed', 1],
    ['sise(facts.list) == 1', 'condition-not-allowed', 1],
    ['size(facts.list) / size(facts.whole) > 1', 'condition-not-allowed', 1],
    ['facts.list.all(x, facts.list.exists(y, y == x))', 'condition-not-allowed', 19],
    ['facts.list.all(x, facts.list.filter(y, y > 1) == [x])', 'condition-not-allowed', 19],
    ['facts.list.all(x, facts.list + facts.list == [])', 'condition-not-allowed', 19],
    ['facts.list.all(x, x + x > 1)', 'condition-not-allowed', 19],
    [`percent > ${'1'.repeat(1000)}`, 'condition-not-allowed', 1],
    [`${'('.repeat(100)}percent > 1${')'.repeat(100)}`, 'bad-condition', expect.any(Number)],
    [`${'!'.repeat(400)}(percent > 1)`, 'bad-condition', expect.any(Number)],
    [Array(150).fill('true').join('&&'), 'bad-condition', expect.any(Number)],
  ])('is refused with the column: %.60s', (expression, code, column) => {
    expect(checked(expression)).toEqual({
      code,
      column,
      message: expect.stringMatching(/\.$/),
      hint: expect.any(String),
    });
  });

  it('that is misspelt is told the nearest name', () => {
    expect(checked('percnt > 1')?.hint).toBe('Did you mean percent?');
    expect(checked('result.scoer > 1')?.hint).toBe('Did you mean score?');
    expect(checked('sise(risks) > 1')?.hint).toBe('Did you mean size?');
    expect(checked('zzzzzzzz > 1')?.hint).toBe('There are: result, facts, percent, steps, risks.');
  });

  it('may go through lists beside one another', () => {
    expect(answer('facts.list.exists(x, x > 90) && facts.list.filter(x, x > 1).all(y, y > 2)')).toEqual({
      holds: true,
    });
  });

  it.each([
    '{}[facts.n] - 1 > 2 && percent.getFullYear() > 1',
    '(({}[facts.l] != has(facts.n)) && (risks[0].getFullYear() == (facts ? 1.5 : facts.big)))',
  ])('that nobody can make sense of is refused, not stumbled over: %s', (expression) => {
    expect(checked(expression)).toMatchObject({ code: expect.stringMatching(/condition/), column: expect.any(Number) });
    expect(evaluateCondition(expression, values)).toHaveProperty('failure');
  });

  it('fails in words that can be kept, whatever it looked up', () => {
    const half = answer('facts[facts.text.substring(0, 1)] == 1', { facts: { text: '🐦' } });
    expect(half).toMatchObject({ failure: 'No such key: \ufffd. (column 1)' });
    const nul = answer('facts["\\u0000"] == 1');
    expect(nul).toMatchObject({ failure: 'No such key: \ufffd. (column 1)' });
    const long = answer('facts[facts.text] == 1', { facts: { text: 'x'.repeat(60_000) } });
    expect(JSON.stringify(long).length).toBeLessThan(400);
  });

  it.each([
    ['facts.zzz > 1', 'facts.zzz'],
    ['1 < 2 && size(facts.zzz.inner) > 0', 'facts.zzz'],
    ['facts["any name"] == true', 'facts["any name"]'],
    ['result.data["3_build"].done', 'result.data["3_build"]'],
    ['facts.text > 1', undefined],
  ])('says what is missing as it is written: %s', (expression, missing) => {
    const given = answer(expression);
    expect('missing' in given ? given.missing : undefined).toBe(missing);
  });

  it('fails with what is wrong where a function refuses what it is given', () => {
    const failure = expect.stringContaining('Invalid time zone specified: Mars/Phobos');
    expect(answer('timestamp("2026-01-01T00:00:00Z").getFullYear("Mars/Phobos") > 1')).toEqual({ failure });
  });
});

describe('an expression for a value', () => {
  it.each(['result.score + 1', '"a" + "b"', '{"score": result.score, "all": [1, 2]}', 'facts.list', 'percent > 1'])(
    'may answer anything: %s',
    (expression) => {
      expect(expressionChecks.value(expression, scope)).toBeNull();
      expect(beginEvaluation().value(expression, values)).toHaveProperty('value');
    },
  );

  it('is checked like a condition otherwise', () => {
    const faults = ['result.scor', 'percent + "a"', '1 +', 'facts.text.matches("a")'].map((expression) => {
      const { code, column } = expressionChecks.value(expression, scope) ?? {};
      return [code, column];
    });
    expect(faults).toEqual([
      ['mistyped-condition', 8],
      ['mistyped-condition', 1],
      ['bad-condition', 4],
      ['condition-not-allowed', 1],
    ]);
  });
});
