import { describe, expect, it } from '@jest/globals';
import { noonPlus, says, type Move } from '../../../test/support/graph-story.js';
import { why } from '../../../test/support/why-story.js';
import type { StageDefinition } from '../../templates/contract.js';

/** Some hundred steps each time it is asked. */
const when = `facts.customer == "Acme" && [${Array.from({ length: 60 }, () => '1').join(',')}].all(each, each > 0)`;
const stage: StageDefinition = {
  key: 'draft',
  name: 'Draft',
  auto_start: true,
  milestones: {},
  exit_criteria: [],
  contract: ['customer-known', 'customer-named', 'customer-met', 'customer-liked'].map((code) => ({
    code,
    when,
    reason: 'The customer is not known.',
    action: { code: 'name-customer', message: 'Name the customer.' },
    example: { customer: 'Acme' },
  })),
};
const learns = (customer: string, at: number): Move =>
  says('record_facts', { facts: { customer, heard_at: at }, trigger: 'call' }, at);
const calls = (customer: string, from: number, to: number): readonly Move[] =>
  Array.from({ length: to - from }, (_none, index) => learns(customer, from + index));

describe('a run with more news than its rules can be asked about', () => {
  it('is ready where its rules hold, at least since the news that could be looked at', () => {
    const told = why([stage], calls('Acme', 1, 1000));
    expect(told).toMatchObject({ waits_for: 'command', unblock: [{ action: 'complete-stage' }] });
    expect(told.since > noonPlus(1)).toBe(true);
    expect(told.since < noonPlus(999)).toBe(true);
  });

  it('waits for a rule since it was broken, where that is not long ago', () => {
    const told = why([stage], [...calls('Acme', 1, 900), ...calls('Other', 900, 950)]);
    expect(told).toMatchObject({ waits_for: 'rule', since: noonPlus(900), rule: { code: 'customer-known' } });
    expect(told.summary).toContain('The customer is not known.');
    expect(told.summary).not.toContain('steps');
  });
});
