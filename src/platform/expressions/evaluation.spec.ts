import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../kernel/json.js';
import { STEPS_A_COMMAND, STEPS_APART } from '../../kernel/expression.js';
import { checkCondition } from './conditions.js';
import { beginEvaluation } from './evaluation.js';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const text = (count: number) => 'a'.repeat(count);
const facts: JsonObject = {
  ...{ n: 1, flag: true, none: null, l: numbers(100), m: numbers(100), empty: [], maps: Array(50).fill({}) },
  ...{
    t: text(1600),
    u: text(1600),
    v: text(800),
    map: Object.fromEntries(numbers(40).map((n) => [`k${String(n)}`, n])),
  },
};

/** Steps of an expression besides those to read it. */
const stepsOf = (expression: string) => {
  const evaluation = beginEvaluation();
  const answer = evaluation.value(expression, { facts });
  return [evaluation.stepCount() - (expression.length >> 1), 'value' in answer];
};

describe('the steps of an expression', () => {
  it.each([
    ['true', 2], // Itself, and the value it answers.
    ['facts.n', 3],
    ['facts.n + 1 > 2', 7],
    ['true || facts.n > 1', 3], // What is not asked takes none.
    ['facts.flag ? 1 : 2', 5],
    ['facts.l.all(x, x >= 0)', 4 + 100 * 3 + 1],
    ['facts.l.exists(x, x == 10)', 4 + 11 * 3 + 1],
    ['has(facts.n) && has(facts.none)', 6],
    ['facts.t == facts.u', 6 + 100],
    ['facts.t == facts.v', 6],
    ['facts.t == 1', 5],
    ['facts.l == facts.m', 6 + 2 * 201],
    ['5 in facts.l', 5 + 201],
    ['facts.map in facts.maps', 6 + 94 + 50 * 168],
    ['"k1" in facts.map', 5 + 41],
    ['facts.map == null', 5 + 41],
    ['size(facts.t)', 4 + 200],
    ['facts.t.contains("b")', 5 + 200],
    ['size(facts.t + facts.u)', 7 + 200 + 400],
    ['facts.l', 3 + 200],
    ['timestamp("2026-01-01T00:00:00Z").getHours("Europe/Paris")', 5 + 3 + 1 + 1000],
    ['duration("90s") == duration("1m30s")', 6 + 5],
  ])('are counted: %s', (expression, expected) => {
    expect(stepsOf(expression)).toEqual([expected, true]);
  });

  it('are the same every time', () => {
    const expression = 'facts.l.filter(x, x > 5 && facts.t.contains("b")) == [] || facts.zzz';
    expect(stepsOf(expression)).toEqual(stepsOf(expression));
  });

  it('are more where it errs, on the way to an answer too', () => {
    expect(stepsOf('facts.zzz || true')[0]).toBeGreaterThan(100);
    expect(stepsOf('facts.l.exists(x, facts.zzz || x > 9)')[0]).toBeGreaterThan(1000);
  });
});

describe('an evaluation', () => {
  const tooCostly = { failure: expect.stringMatching(/^It takes more than 200000 steps/), isTooCostly: true };
  const long = { facts: { l: numbers(300_000), t: text(2_000_000), d: '1'.repeat(60_000) } };

  it.each([
    'facts.l.all(x, x >= 0)',
    'facts.l.exists(x, x < 0 || false)',
    'facts.l.exists_one(x, x < 0)',
    'facts.l.filter(x, x < 0) == []',
    'facts.l.all(x, facts.zzz)',
    'true || facts.l.all(x, x >= 0) && facts.l == facts.l + [1]',
    'facts.t.contains("b") || true',
    'size(facts.t) > 1',
    'duration(facts.d) > duration("1s")', // By the third power of its length: without the count it takes for ever.
    'facts.d in facts.l || facts.l in [facts.l]',
  ])('ends what takes too many steps, whatever it would answer: %s', (expression) => {
    expect(checkCondition(expression, { facts: 'any' })).toBeNull();
    const evaluation = beginEvaluation().apart();
    const answer = evaluation.condition(expression, long);
    if (expression.startsWith('true')) expect(answer).toEqual({ holds: true });
    else expect(answer).toEqual(tooCostly);
    expect(evaluation.stepCount()).toBeLessThanOrEqual(STEPS_APART);
  });

  it('ends what answers too much', () => {
    expect(beginEvaluation().value('[facts.t, facts.t]', long)).toEqual({ failure: expect.stringContaining('262144') });
    expect(beginEvaluation().apart().value('[facts.l, facts.l]', long)).toEqual(tooCostly);
  });

  it('counts what came apart from it, and gives each its own', () => {
    const whole = beginEvaluation();
    const answers = Array.from({ length: 4 }, () => whole.apart().condition('facts.l.all(x, x >= 0)', long));
    expect(answers).toEqual(Array(4).fill(tooCostly));
    expect(whole.stepCount()).toBe(STEPS_A_COMMAND);
    expect(whole.condition('true', {})).toEqual(tooCostly);
    expect(whole.apart().condition('true', {})).toEqual(tooCostly);
    expect(beginEvaluation().condition('true', {})).toEqual({ holds: true });
  });

  it('answers what is within its steps after one that was not', () => {
    const whole = beginEvaluation();
    expect(whole.apart().condition('facts.l.all(x, x >= 0)', long)).toEqual(tooCostly);
    expect(whole.apart().condition('size(facts.l) > 1', long)).toEqual({ holds: true });
  });
});
