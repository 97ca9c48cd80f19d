import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { accepted, readRun } from '../support/founder-walk.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { keyFor, startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
  const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8');
  const example: unknown = JSON.parse(/```json\n([^`]*)```/.exec(page)?.[1] ?? '');
  expect((await service.api.post('/templates', example)).status).toBe(201);
});
afterAll(() => service.close());

type Thing = Record<string, unknown>;
type Events = Readonly<{ items: readonly Thing[] }>;

const rule = { actor_type: 'system', actor_id: 'rule' };
const risk = { type: 'legal', message: 'No licence.' };

/** A run of the example in docs/templates.md whose first stage is done but for its completion. */
async function readyRun() {
  const { api } = service;
  const { id } = accepted(await api.post<{ id: string }>('/pipeline/start', { template: 'client-onboarding' }));
  const run = `/pipeline/${id}`;
  const stage = `${run}/stages/intake`;
  for (const step of [
    'milestones/form_received/complete',
    'milestones/call_held/complete',
    'criteria/contract_signed/meet',
  ])
    accepted(await api.post(`${stage}/${step}`));
  const record = (score: number) => api.post(`${stage}/result`, { outcome: 'pass', score });
  const complete = () => api.post(`${stage}/complete`);
  const facts = (credit: unknown) => api.post(`${run}/facts`, { facts: { credit_check: credit }, trigger: 'credit' });
  const events = async () => accepted(await api.get<Events>(`${run}/timeline?limit=200`)).items;
  const gates = async () => accepted(await api.get<Events>(`/gates?run_id=${id}`)).items;
  return { id, run, stage, record, complete, facts, events, gates };
}

describe('a gate with rules', () => {
  it('is decided as it opens, by the system, with all that follows', async () => {
    const { id, record, complete, events, gates } = await readyRun();
    accepted(await record(80.5));
    expect(accepted(await complete())).toMatchObject({ current_stage: 'setup', waiting_on: null, open_gate_id: null });
    const last = (await events()).slice(-6);
    expect(last.map(({ event_type: type, actor_id: actor }) => [type, actor === 'rule'])).toEqual([
      ['stage.completed', false],
      ['gate.opened', false],
      ['gate.decided', true],
      ['milestone.completed', true],
      ['stage.gated', true],
      ['stage.entered', true],
    ]);
    const [completed, , decided] = last;
    expect(last.slice(1).map(({ causation_id: cause }) => cause)).toEqual([
      ...[completed, completed].map((event) => event?.['id']),
      ...[decided, decided, decided].map((event) => event?.['id']),
    ]);
    const [gate] = await gates();
    expect(gate).toMatchObject({
      status: 'decided',
      decision: 'proceed',
      decided_by: rule,
      reason: 'rule 1: size(risks) == 0 && result != null && result.score >= 80',
      rules: [{ decision: 'proceed' }, { decision: 'park' }],
      rule_failure: null,
    });
    expect((await readRun(service.api, id)).stage_progress).toMatchObject({ intake: 'gated', setup: 'created' });
  });

  it('is decided by a result, by facts, or when a risk is dismissed, as soon as they are recorded', async () => {
    const byResult = await readyRun();
    accepted(await byResult.complete());
    expect(accepted(await byResult.record(79.9))).toMatchObject({ waiting_on: 'gate' });
    expect(accepted(await byResult.record(80))).toMatchObject({ current_stage: 'setup' });

    const byFacts = await readyRun();
    accepted(await byFacts.complete());
    expect(accepted(await byFacts.facts('failed'))).toMatchObject({ status: 'parked' });
    expect(accepted(await service.api.post(`${byFacts.run}/unpark`, { reason: 'Paid.' }))).toMatchObject({
      waiting_on: 'gate',
    });

    const byRisk = await readyRun();
    accepted(await byRisk.complete());
    accepted(await service.api.post(`${byRisk.stage}/risks`, risk));
    expect(accepted(await byRisk.record(90))).toMatchObject({ waiting_on: 'gate' });
    const { items } = accepted(await service.api.get<Events>(`${byRisk.run}/stages`));
    const [raised] = (items[0] as { blocking_risks: readonly { id: string }[] }).blocking_risks;
    const dismiss = `${byRisk.stage}/risks/${String(raised?.id)}/dismiss`;
    expect(accepted(await service.api.post(dismiss, { reason: 'Granted.' }))).toMatchObject({ current_stage: 'setup' });
  });

  it('tells in a dry run what its rules would decide', async () => {
    const { stage, record, complete, events } = await readyRun();
    accepted(await record(99));
    const before = (await events()).length;
    const tried = accepted(await service.api.post<Thing>(`${stage}/complete?dry_run=true`));
    expect(tried['events']).toContainEqual(expect.objectContaining({ event_type: 'gate.decided', ...rule }));
    expect(tried['run']).toMatchObject({ current_stage: 'setup' });
    expect((await events()).length).toBe(before);
    accepted(await complete());
  });

  it('lets a repeated request be answered as the first was', async () => {
    const { stage, complete } = await readyRun();
    accepted(await complete());
    const headers = { 'idempotency-key': `result-${stage}` };
    const body = { outcome: 'pass', score: 95 };
    const first = await service.api.post(`${stage}/result`, body, { headers });
    const again = await service.api.post(`${stage}/result`, body, { headers });
    expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
    expect((await service.api.post(`${stage}/result`, body)).status).toBe(200);
  });
});

describe('a gate with a rule that fails', () => {
  it('waits for a person, says why, and says it once', async () => {
    const { run, record, complete, facts, events, gates } = await readyRun();
    accepted(await complete());
    accepted(await facts({ answer: 'failed' }));
    accepted(await service.api.post(`${run}/stages/intake/result`, { outcome: 'pass' }));
    accepted(await service.api.post(`${run}/stages/intake/result`, { outcome: 'fail' }));
    const failures = (await events()).filter(({ event_type: type }) => type === 'gate.rule_failed');
    const message = 'no such overload: dyn<null> >= double. (column 39)';
    const when = 'size(risks) == 0 && result != null && result.score >= 80';
    expect(failures).toMatchObject([{ ...rule, category: 'gate_decision', detail: { rule: 1, when, message } }]);
    const [listed] = await gates();
    const gate = accepted(await service.api.get<Thing>(`/gates/${String(listed?.['id'])}`));
    expect(gate).toMatchObject({ status: 'pending', rule_failure: { rule: 1, when, message } });
    expect(listed?.['rule_failure']).toEqual(gate['rule_failure']);
    expect(accepted(await record(80))).toMatchObject({ current_stage: 'setup' });
  });
});

describe('the actions of a run with rules', () => {
  const reason = 'So.';
  const bodies: Readonly<Record<string, object>> = {
    record_result: { outcome: 'undecided' },
    suggest_focus: { focus: ['Price.'] },
    raise_risk: { type: 'law', message: 'A permit.' },
    dismiss_risk: { reason },
    record_facts: { facts: { calls: 1 }, trigger: 'calls' },
    park: { reason },
    unpark: { reason },
    cancel: { reason },
    resume: { reason },
    extend_gate: { seconds: 6_048_000, reason },
  };

  it.each([['operator'], ['approver'], ['viewer'], ['operator', 'approver']])(
    'are what happens when they are tried, for %s',
    async (...roles) => {
      const { run, complete } = await readyRun();
      const caller = service.api.as(await keyFor(service.api, { roles }));
      const tryAll = async () => {
        const { items } = accepted(await caller.get<Events>(`${run}/actions`));
        expect(items.length).toBeGreaterThan(5);
        for (const { action, target, path, allowed, refusal } of items) {
          const body = action === 'decide_gate' ? { decision: target, reason } : bodies[String(action)];
          const answer = await caller.post<Thing>(`${String(path)}?dry_run=true`, body);
          const code = (refusal as { code: string } | undefined)?.code;
          expect({ action, allowed, code }).toEqual({
            action,
            allowed: answer.status === 200,
            code: answer.body['code'],
          });
        }
      };
      await tryAll();
      accepted(await complete());
      await tryAll();
      accepted(await service.api.post(`${run}/park`, { reason }));
      await tryAll();
    },
  );
});

describe('what rules decided', () => {
  it('is in the read models as it is on the timeline, and verifies', async () => {
    await expectReadModelsToEqualFold(service.connection);
    expect(accepted(await service.api.post('/audit/verify'))).toMatchObject({ valid: true });
  });
});
