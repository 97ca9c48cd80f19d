import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../kernel/json.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { builtInReasons } from './contract.policy.js';
import type { ContractRule, GateDefinition, GateRule, StageDefinition } from './template.events.js';
import { checkTemplate } from './template.policy.js';
import { warnAbout } from './template-warnings.policy.js';

const stage: StageDefinition = {
  key: 'only',
  name: 'Only',
  milestones: { step: { title: 'Step', weight: 1 } },
  exit_criteria: [{ key: 'done', text: 'It is done' }],
};
const gate: GateDefinition = { gate_type: 'decision', options: ['proceed'], decided_by: ['founder'] };

function found(...stages: readonly StageDefinition[]): readonly string[] {
  return checkTemplate({ key: 'trial', name: 'Trial', stages }, expressionChecks).map(
    ({ code, path }) => `${code} ${path}`,
  );
}

describe('the contract of a stage', () => {
  const action = { code: 'record-deposit', message: 'Record it.' };
  const rule: ContractRule = { code: 'paid', when: 'facts.paid == true', reason: 'It is not paid.', action };
  const graph: StageDefinition['graph'] = {
    nodes: [
      { id: 'go', type: 'trigger', name: 'Go', config: {} },
      { id: 'any name', type: 'delay', name: 'Wait', config: { seconds: 1 } },
    ],
    edges: [{ id: 'on', from: 'go', to: 'any name' }],
  };
  const of = (...contract: readonly ContractRule[]) => found(stage, { ...stage, key: 'deal', contract, graph });
  const whenOf = (when: string) => of({ ...rule, when }).map((each) => each.replace('/stages/1/contract/0', ''));

  it('is sound with rules over all there is', () => {
    expect(of(rule, { ...rule, code: 'ok', example: { paid: true } })).toEqual([]);
    expect(whenOf('results.only.score > 1 && results["deal"] == null && nodes["any name"].output.seconds > 0')).toEqual(
      [],
    );
    expect(
      whenOf('result.score > 1 && input.x == 1 && progress_percent == 100 && milestones.step && size(risks) == 0'),
    ).toEqual([]);
  });

  it.each([
    ['facts.paid ==', 'bad-condition /when'],
    ['result.scoer > 1', 'mistyped-condition /when'],
    ['results.olny.score > 1', 'mistyped-condition /when'],
    ['nodes.nobody.output.x > 1', 'no-such-node /when'],
    ['nodes.go.outptu.x > 1', 'mistyped-condition /when'],
    ['nodes[facts.name].output.x > 1', 'bad-reference /when'],
    ['facts.paid.matches("^a+$")', 'condition-not-allowed /when'],
    ['progress_percent', 'mistyped-condition /when'],
  ])('is refused where a rule asks %s', (when, problem) => {
    expect(whenOf(when)).toEqual([problem]);
  });

  it('has every problem told at once', () => {
    const wrong: ContractRule = { code: 'Not A Key', when: 'x', reason: ' ', action: { code: '', message: '' } };
    expect(of(rule, rule, wrong)).toEqual([
      'duplicate-key /stages/1/contract/1/code',
      'bad-key /stages/1/contract/2/code',
      'mistyped-condition /stages/1/contract/2/when',
      'no-words /stages/1/contract/2/reason',
      'bad-key /stages/1/contract/2/action/code',
      'no-words /stages/1/contract/2/action/message',
    ]);
  });

  it.each(builtInReasons)('keeps %s for the reason that every stage may have', (code) => {
    expect(of({ ...rule, code })).toEqual(['reserved-code /stages/1/contract/0/code']);
  });

  it('is not shown by an example that does not satisfy it', () => {
    const told = (when: string, example: JsonObject) =>
      checkTemplate(
        { key: 'trial', name: 'Trial', stages: [{ ...stage, contract: [{ ...rule, when, example }] }] },
        expressionChecks,
      ).map(({ code, path, message }) => [code, path, message]);
    const place = '/stages/0/contract/0/example';
    expect(told(rule.when, { paid: false })).toEqual([['example-fails', place, 'With these facts it does not hold.']]);
    expect(told(rule.when, { payd: true })).toEqual([
      ['example-fails', place, 'With these facts there is no facts.paid.'],
    ]);
    expect(told('size(facts.paid) > 1', { paid: 4 })).toMatchObject([['example-fails', place, expect.any(String)]]);
    expect(told('facts.paid == true && result.score > 1', { paid: true })).toEqual([]);
  });

  it('is work enough for a stage, and is warned about where it shows no example of its facts', () => {
    const bare = { key: 'bare', name: 'Bare', milestones: {}, exit_criteria: [] };
    const warned = (...contract: readonly ContractRule[]) =>
      warnAbout({ key: 'trial', name: 'Trial', stages: [{ ...bare, contract }] }, expressionChecks).map(
        ({ code, path }) => `${code} ${path}`,
      );
    expect(warned(rule)).toEqual(['no-example /stages/0/contract/0']);
    expect(warned({ ...rule, example: { paid: true } }, { ...rule, code: 'b', when: 'result.score > 1' })).toEqual([]);
  });
});

describe('a rule of a gate', () => {
  const pivoting = (rule: Partial<GateRule>) => {
    const auto = [{ when: 'result == null', decision: 'pivot' as const, ...rule }];
    const judged: GateDefinition = { ...gate, options: ['proceed', 'pivot'], decided_by: ['founder', 'system'], auto };
    const key = (name: string) => ({ ...stage, key: name });
    return found(key('a'), { ...key('b'), locked: true }, { ...key('c'), gate: judged }, key('d'));
  };

  it('may go back to an earlier stage, or begin its own anew, so many times', () => {
    expect(pivoting({ to_stage: 'a' })).toEqual([]);
    expect(pivoting({ to_stage: 'c', at_most: 1 })).toEqual([]);
  });

  it.each(['b', 'd', 'nowhere'])('cannot go to %s', (target) => {
    expect(pivoting({ to_stage: target })).toEqual(['bad-target /stages/2/gate/auto/0/to_stage']);
  });

  it('goes nowhere unless it pivots', () => {
    expect(pivoting({ to_stage: 'a', decision: 'proceed' })).toEqual(['bad-target /stages/2/gate/auto/0/to_stage']);
  });

  it.each([0, -1, 1.5])('cannot decide %p times', (limit) => {
    expect(pivoting({ at_most: limit })).toEqual(['bad-limit /stages/2/gate/auto/0/at_most']);
  });

  it('may ask what the nodes of its own stage made', () => {
    expect(pivoting({ when: 'nodes.go.output == 1' })).toEqual(['no-such-node /stages/2/gate/auto/0/when']);
  });

  it('is warned about where it may send a run back for ever', () => {
    const warned = (limit: Partial<GateRule>) => {
      const auto = [{ when: 'result == null', decision: 'pivot' as const, ...limit }];
      const stages = [{ ...stage, gate: { ...gate, auto } }];
      return warnAbout({ key: 'trial', name: 'Trial', stages }, expressionChecks).map(({ code, path }) => [code, path]);
    };
    expect(warned({})).toEqual([['endless-rule', '/stages/0/gate/auto/0']]);
    expect(warned({ at_most: 2 })).toEqual([]);
  });
});
