import type { GraphDefinition } from '../../work/contract.js';
import type { ContractRule, GateDefinition, StageDefinition, TemplateContent } from '../template.events.js';

/** Agents work in minutes, but a person may have to look at what they could not do: a week for each graph. */
const A_WEEK_IN_SECONDS = 604_800;

/** What fails goes back to the build by itself so often; then a person decides. */
const RETURNS = 3;

/** A stage that begins when it is entered and is left as soon as its contract is kept. */
function stage(
  key: string,
  name: string,
  contract: readonly ContractRule[],
  more: Pick<StageDefinition, 'graph' | 'gate'> = {},
): StageDefinition {
  return { key, name, auto_start: true, advance: 'auto', milestones: {}, exit_criteria: [], contract, ...more };
}

/** A fact that has to be true. */
function flag(fact: string, reason: string, advice: string): ContractRule {
  const code = fact.replaceAll('_', '-');
  const action = { code: `record-${code}`, message: advice };
  return { code, when: `facts.${fact} == true`, reason, action, example: { [fact]: true } };
}

/** An agent does the work, and one field of what it answers becomes a fact; where it leaves that out, the contract asks a person for it. */
function work(agentId: string, task: string, [fact, field]: readonly [string, string]): GraphDefinition {
  const facts = { [fact]: `output.${field}` };
  return {
    nodes: [
      { id: 'start', type: 'trigger', name: 'Start', config: {} },
      { id: 'work', type: 'agent', name: task, config: { agent_id: agentId, task } },
      { id: 'report', type: 'action', name: 'Record what came of it', config: { action: 'emit', facts } },
    ],
    edges: [
      { id: 'begin', from: 'start', to: 'work' },
      { id: 'done', from: 'work', to: 'report', condition: `output != null && has(output.${field})` },
    ],
    timeout_seconds: A_WEEK_IN_SECONDS,
    max_retries_per_node: 2,
  };
}

/** What is good goes on, what is not goes back to the build, both by rule; where no rule can tell, people decide. */
function judgedBy(good: string, bad: string): GateDefinition {
  return {
    gate_type: 'decision',
    options: ['proceed', 'pivot', 'park'],
    decided_by: ['approver', 'operator', 'system'],
    reason_required_for: ['pivot', 'park'],
    auto: [
      { when: good, decision: 'proceed' },
      { when: bad, decision: 'pivot', to_stage: '3_build', at_most: RETURNS },
    ],
  };
}

/** A project for a client, from the sale to the handover. It goes on by itself as far as its facts and jobs allow; who approves what is policy. */
export const delivery: TemplateContent = {
  key: 'delivery',
  name: 'Client Delivery',
  stages: [
    stage('0_sales', 'Sales', [
      flag('contract_signed', 'The contract is not signed.', 'Have the client sign, and record contract_signed: true.'),
      flag('deposit_paid', 'The deposit is not paid.', 'Record deposit_paid: true once the deposit is in.'),
    ]),
    stage('1_onboarding', 'Onboarding', [
      flag(
        'onboarding_complete',
        'The client is not onboarded.',
        'Hold the onboarding, and record onboarding_complete: true.',
      ),
      flag('assets_uploaded', 'The client’s material is not there.', 'Upload it, and record assets_uploaded: true.'),
    ]),
    stage('2_assignment', 'Assignment', [
      {
        code: 'assignee',
        when: 'size(facts.assignee) > 0',
        reason: 'Nobody is assigned.',
        action: { code: 'record-assignee', message: 'Assign somebody, and record who as assignee.' },
        example: { assignee: 'mika' },
      },
    ]),
    stage(
      '3_build',
      'Build',
      [
        {
          code: 'preview-url',
          when: 'size(facts.preview_url) > 0',
          reason: 'There is no preview to look at.',
          action: { code: 'record-preview-url', message: 'Put a preview up, and record where as preview_url.' },
          example: { preview_url: 'https://preview.example.org/client' },
        },
      ],
      { graph: work('builder', 'Build it', ['preview_url', 'preview_url']) },
    ),
    stage(
      '4_test',
      'Test',
      [
        {
          code: 'tests-run',
          when: 'has(facts.tests_passed)',
          reason: 'Nobody has said whether the tests pass.',
          action: { code: 'record-tests-passed', message: 'Run the tests, and record tests_passed: true or false.' },
          example: { tests_passed: true },
        },
      ],
      {
        graph: work('tester', 'Test it', ['tests_passed', 'passed']),
        gate: judgedBy('nodes.work.output.passed == true', 'nodes.work.output.passed == false'),
      },
    ),
    stage(
      '5_defect_validation',
      'Defect Validation',
      [
        {
          code: 'defects-validated',
          when: 'has(facts.open_defects)',
          reason: 'Nobody has said how many defects are open.',
          action: {
            code: 'record-open-defects',
            message: 'Validate the defects, and record open_defects, their number.',
          },
          example: { open_defects: 0 },
        },
      ],
      {
        graph: work('defect-validator', 'Validate the defects', ['open_defects', 'open_defects']),
        gate: judgedBy('nodes.work.output.open_defects == 0', 'nodes.work.output.open_defects > 0'),
      },
    ),
    stage('6_complete', 'Complete', [
      flag(
        'client_accepted',
        'The client has not accepted.',
        'Show it to the client, and record client_accepted: true.',
      ),
      flag('handed_over', 'It is not handed over.', 'Hand it over, and record handed_over: true.'),
    ]),
  ],
};
