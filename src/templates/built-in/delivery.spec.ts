import { describe, expect, it } from '@jest/globals';
import {
  begin,
  completes,
  fails,
  named,
  played,
  playOn,
  resolves,
  retries,
  says,
  takes,
  type Move,
  type Played,
} from '../../../test/support/graph-story.js';
import { beginEvaluation } from '../../platform/expressions/evaluation.js';
import { assessReadiness } from '../../runs/readiness.policy.js';
import { currentStage } from '../../runs/run-state.decider.js';
import { delivery } from './delivery.js';

const { stages } = delivery;
const records = (facts: Readonly<Record<string, string | boolean | number>>, trigger = 'onboarding_saved') =>
  says('record_facts', { facts, trigger });
const early = records({
  contract_signed: true,
  deposit_paid: true,
  onboarding_complete: true,
  assets_uploaded: true,
  assignee: 'mika',
});
const does = (output: Readonly<Record<string, string | boolean | number>>): readonly Move[] => [
  takes(['work']),
  completes('work', output),
];
const builds = does({ preview_url: 'https://preview.example.org' });
const tests = does({ passed: true });
const finds = (openDefects: number) => does({ open_defects: openDefects });
const accepted = records({ client_accepted: true, handed_over: true });
const attempts = [...builds, ...tests];

const stands = ({ state }: Played) => [state.status, state.currentStage];
const blocked = ({ state }: Played) =>
  assessReadiness(state, currentStage(state), beginEvaluation()).blockedReasons.map(({ code }) => code);
const decisions = ({ events }: Played) =>
  events.flatMap((event) =>
    event.type === 'gate.decided'
      ? [[event.detail.stage, event.detail.decision, event.detail.to_stage, event.by?.id]]
      : [],
  );

describe('the delivery template', () => {
  it('has the stages of the design, which start and go on by themselves', () => {
    expect(stages.map(({ key, name }) => [key, name])).toEqual([
      ['0_sales', 'Sales'],
      ['1_onboarding', 'Onboarding'],
      ['2_assignment', 'Assignment'],
      ['3_build', 'Build'],
      ['4_test', 'Test'],
      ['5_defect_validation', 'Defect Validation'],
      ['6_complete', 'Complete'],
    ]);
    for (const each of stages) expect(each).toMatchObject({ auto_start: true, advance: 'auto' });
  });

  it('asks every stage for something, with an example of the facts that satisfy it', () => {
    for (const { contract = [] } of stages) {
      expect(contract.length).toBeGreaterThan(0);
      for (const { example } of contract) expect(example).toBeDefined();
    }
  });

  it('asks nobody to approve anything: that is policy', () => {
    expect(stages.filter(({ gate }) => gate?.gate_type === 'approval')).toEqual([]);
  });

  it('goes from sales to complete as its facts and jobs come in', () => {
    const run = played(stages, early, ...builds, ...tests, ...finds(0), accepted);
    expect(stands(run)).toEqual(['completed', '6_complete']);
    expect(decisions(run)).toEqual([
      ['4_test', 'proceed', null, 'rule'],
      ['5_defect_validation', 'proceed', null, 'rule'],
    ]);
    expect(run.state.facts).toMatchObject({ tests_passed: true, open_defects: 0 });
  });

  it('counts facts that come before their time, and names what each stage lacks', () => {
    const ahead = played(stages, accepted, records({ assignee: 'mika' }));
    expect(stands(ahead)).toEqual(['running', '0_sales']);
    expect(blocked(ahead)).toEqual(['contract-signed', 'deposit-paid']);
    const late = playOn(ahead, records({ contract_signed: true, deposit_paid: true }));
    expect(stands(late)).toEqual(['running', '1_onboarding']);
    const sent = playOn(late, records({ assets_uploaded: true, onboarding_complete: true }));
    expect(stands(sent)).toEqual(['running', '3_build']);
    const end = [...builds, ...tests, ...finds(0)].reduce(playOn, sent);
    expect(stands(end)).toEqual(['completed', '6_complete']);
  });
});

describe('work of a delivery', () => {
  it('is queued under the run, the stage, the node and the attempt', () => {
    const back = played(stages, early, ...attempts, ...finds(2));
    const keys = back.events.flatMap((event) => (event.type === 'job.queued' ? [event.detail.idempotency_key] : []));
    expect(keys).toEqual([
      'run-1/3_build/work/1',
      'run-1/4_test/work/1',
      'run-1/5_defect_validation/work/1',
      'run-1/3_build/work/2',
    ]);
  });

  it('waits for a person where its retries are used up, and goes on with what that person does', () => {
    const again = [takes(['work'], 10), fails('work', { retryAfterSeconds: 0 }, 10)];
    const failed = played(stages, early, ...again, ...again, ...again);
    expect(blocked(failed)).toEqual(['graph-unfinished', 'job-needs-human', 'preview-url']);
    const { jobId } = named(failed.state, 'work');
    const { requiredActions } = assessReadiness(failed.state, currentStage(failed.state), beginEvaluation());
    expect(requiredActions[1]?.message).toContain(`Retry or resolve job ${jobId}`);

    const resolved = playOn(failed, resolves('work', 'succeeded', { preview_url: 'https://by.hand' }));
    expect(stands(resolved)).toEqual(['running', '4_test']);
    const retried = [
      retries('work', undefined, 20),
      takes(['work'], 30),
      completes('work', { preview_url: 'https://b' }, 30),
    ];
    expect(stands(retried.reduce(playOn, failed))).toEqual(['running', '4_test']);
  });

  it('that leaves its answer out has the contract ask a person for it', () => {
    const silent = played(stages, early, ...does({}));
    expect(blocked(silent)).toEqual(['preview-url']);
    const told = playOn(silent, records({ preview_url: 'https://by.hand' }, 'artifact_upload'));
    expect(stands(told)).toEqual(['running', '4_test']);
    const untold = played(stages, early, ...builds, ...does({}), records({ tests_passed: true }));
    expect(untold.state).toMatchObject({ currentStage: '4_test', gate: { stage: '4_test' } });
    expect(untold.events.at(-1)?.type).toBe('gate.rule_failed');
  });
});

describe('defects of a delivery', () => {
  it('send it back to the build, which begins anew, by rule', () => {
    const back = played(stages, early, ...attempts, ...finds(2));
    expect(stands(back)).toEqual(['running', '3_build']);
    expect(decisions(back).at(-1)).toEqual(['5_defect_validation', 'pivot', '3_build', 'rule']);
    expect(back.state.stages.map(({ state }) => state).slice(3)).toEqual([
      'in_progress',
      'created',
      'created',
      'created',
    ]);
    expect(back.state.facts).toMatchObject({ open_defects: 2 });
    const mended = [...attempts, ...finds(0), accepted].reduce(playOn, back);
    expect(mended.state.status).toBe('completed');
  });

  it('send it back three times, then wait for a person, saying why', () => {
    const round = [...attempts, ...finds(1)];
    const run = played(stages, early, ...round, ...round, ...round, ...round);
    expect(run.state).toMatchObject({ currentStage: '5_defect_validation', gate: { stage: '5_defect_validation' } });
    expect(run.events.at(-1)).toMatchObject({
      type: 'gate.rule_failed',
      detail: {
        rule: 2,
        message: 'It holds, and has decided 3 times, as often as it may: a person decides now.',
      },
    });
  });

  it('are judged by what the contract of the stage asked for', () => {
    const back = played(stages, early, ...attempts, ...finds(2));
    const opened = back.events.findLast(({ type }) => type === 'gate.opened');
    expect(opened?.detail).toMatchObject({
      evidence: {
        contract: [{ code: 'defects-validated', reason: 'Nobody has said how many defects are open.', holds: true }],
      },
    });
  });

  it('are told from tests that fail, which send it back too', () => {
    const failing = played(stages, early, ...builds, ...does({ passed: false }));
    expect(decisions(failing)).toEqual([['4_test', 'pivot', '3_build', 'rule']]);
    expect(stands(failing)).toEqual(['running', '3_build']);
  });
});

describe('the facts of a delivery', () => {
  const facts = ['contract_signed', 'deposit_paid', 'onboarding_complete', 'assets_uploaded', 'client_accepted'];
  const orders = (names: readonly string[]): readonly (readonly string[])[] =>
    names.length === 0
      ? [[]]
      : names.flatMap((name) => orders(names.filter((other) => other !== name)).map((rest) => [name, ...rest]));

  it('end the same in every order', () => {
    const ends = orders(facts).map((order) => {
      const run = order.map((name) => records({ [name]: true })).reduce(playOn, begin(stages));
      return JSON.stringify([stands(run), blocked(run), Object.entries(run.state.facts).toSorted()]);
    });
    expect(ends).toHaveLength(120);
    expect(new Set(ends).size).toBe(1);
    expect(ends[0]).toContain('2_assignment');
  });
});
