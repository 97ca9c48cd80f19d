import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { startRunService } from '../support/run-service.js';
import { accepted, eventTypes, readStage } from '../support/founder-walk.js';
import { keyFor } from '../support/service.js';

let service: Awaited<ReturnType<typeof startRunService>>;
beforeAll(async () => {
  service = await startRunService();
});
afterAll(() => service.close());

describe('milestones', () => {
  it('move the progress of their stage and run, back and forth', async () => {
    const { api } = service;
    const { runId, stage } = await service.startRun();
    const run = accepted(await api.post(`${stage}/milestones/brief_generated/complete`));
    expect(run['progress_percent']).toBe(10);
    expect(await readStage(api, runId, 'thesis_defined')).toMatchObject({ progress_percent: 40 });
    const again = await api.post(`${stage}/milestones/brief_generated/complete`);
    expect(again.body).toEqual(run);
    const reopened = accepted(await api.post(`${stage}/milestones/brief_generated/reopen`));
    expect(reopened['progress_percent']).toBe(0);
    expect(await eventTypes(api, runId, Number(run['version']) - 1)).toEqual([
      'milestone.completed',
      'milestone.reopened',
    ]);
  });

  it('that a decision completes are not ticked off', async () => {
    const { stage } = await service.startRun();
    const { body } = await service.api.post(`${stage}/milestones/gate_proceed/complete`);
    expect(body).toMatchObject({ status: 409, code: 'milestone-tied-to-gate' });
  });

  it('of another stage wait until the run stands there', async () => {
    const { path } = await service.startRun();
    const { body } = await service.api.post(`${path}/stages/mvp_built/milestones/build_started/complete`);
    expect(body).toMatchObject({
      status: 409,
      code: 'illegal-transition',
      from: 'created',
      to: 'in_progress',
      legal: [],
    });
  });
});

describe('exit criteria', () => {
  it('block the stage until they are met', async () => {
    const { api } = service;
    const { runId, stage } = await service.startChecked();
    accepted(await api.post(`${stage}/start`));
    const blocked = await api.post(`${stage}/complete`);
    expect(blocked.body).toMatchObject({ status: 409, code: 'stage-not-ready' });
    accepted(await api.post(`${stage}/criteria/sourced/meet`));
    accepted(await api.post(`${stage}/criteria/sourced/unmeet`));
    expect((await readStage(api, runId, 'draft')).exit_criteria).toMatchObject([{ key: 'sourced', met: false }]);
    accepted(await api.post(`${stage}/criteria/sourced/meet`));
    expect(accepted(await api.post(`${stage}/complete`))).toMatchObject({
      current_stage: 'ship',
      progress_percent: 50,
    });
  });

  it('are refused by a key the stage does not have', async () => {
    const { stage } = await service.startChecked();
    accepted(await service.api.post(`${stage}/start`));
    for (const act of ['meet', 'unmeet']) {
      const { body } = await service.api.post(`${stage}/criteria/nope/${act}`);
      expect(body).toMatchObject({ status: 404, code: 'criterion-not-found' });
    }
  });
});

describe('readiness', () => {
  it('lists what is missing and what to do about each', async () => {
    const { api } = service;
    const { path, stage } = await service.startRun();
    accepted(await api.post(`${stage}/risks`, { type: 'market', message: 'Crowded.' }));
    const readiness = accepted(await api.get<Record<string, readonly { code: string }[]>>(`${path}/readiness`));
    expect(readiness['ready']).toBe(false);
    expect(readiness['blocked_reasons']?.map(({ code }) => code).slice(0, 2)).toEqual([
      'milestone-incomplete',
      'milestone-incomplete',
    ]);
    expect(readiness['blocked_reasons']).toHaveLength(3);
    expect(readiness['required_actions']).toHaveLength(3);
    const { body } = await api.post(`${stage}/complete`);
    expect(body).toMatchObject({ status: 409, code: 'stage-not-ready', ...blocked(readiness) });
    const advanced = await api.post(`${path}/advance`, {});
    expect(advanced.body).toMatchObject({ status: 409, code: 'stage-not-ready', ...blocked(readiness) });
  });

  function blocked({ blocked_reasons, required_actions }: Record<string, unknown>) {
    return { blocked_reasons, required_actions };
  }

  it('is overridden with a reason, which the event keeps with what was unmet', async () => {
    const { api } = service;
    const { runId, path, stage } = await service.startRun();
    const wordless = await api.post(`${stage}/complete`, { override: true });
    expect(wordless.body).toMatchObject({ status: 422, code: 'reason-required' });
    const run = accepted(await api.post(`${stage}/complete`, { override: true, reason: 'We know enough.' }));
    expect(run).toMatchObject({ waiting_on: 'gate', open_gate_id: expect.any(String) });
    const { items } = accepted(await api.get<{ items: readonly object[] }>(`${path}/timeline?category=transition`));
    expect(items.at(-1)).toMatchObject({
      event_type: 'stage.completed',
      reason: 'We know enough.',
      detail: {
        override: {
          reason: 'We know enough.',
          unmet: [{ code: 'milestone-incomplete' }, { code: 'milestone-incomplete' }],
        },
      },
    });
    expect(await readStage(api, runId, 'thesis_defined')).toMatchObject({ state: 'completed', progress_percent: 0 });
  });
});

describe('risks', () => {
  it('block the stage until they are dismissed with a reason', async () => {
    const { api } = service;
    const { runId, stage } = await service.startRun();
    accepted(await api.post(`${stage}/milestones/brief_generated/complete`));
    accepted(await api.post(`${stage}/milestones/risks_identified/complete`));
    accepted(await api.post(`${stage}/risks`, { type: 'market', message: 'Crowded.' }));
    const [risk] = (await readStage(api, runId, 'thesis_defined')).blocking_risks;
    expect(risk).toMatchObject({ type: 'market', message: 'Crowded.', dismissed: false });
    expect((await api.post(`${stage}/complete`)).body).toMatchObject({ status: 409, code: 'stage-not-ready' });
    accepted(await api.post(`${stage}/risks/${String(risk?.id)}/dismiss`, { reason: 'Not here.' }));
    expect(accepted(await api.post(`${stage}/complete`))).toMatchObject({ waiting_on: 'gate' });
  });

  it('may be raised for a later stage, and are refused by an id that is none', async () => {
    const { api } = service;
    const { path, runId } = await service.startRun();
    accepted(await api.post(`${path}/stages/mvp_built/risks`, { type: 'tech', message: 'Batteries.' }));
    expect((await readStage(api, runId, 'mvp_built')).blocking_risks).toHaveLength(1);
    const { body } = await api.post(`${path}/stages/mvp_built/risks/${runId}/dismiss`, { reason: 'Gone.' });
    expect(body).toMatchObject({ status: 404, code: 'risk-not-found' });
  });
});

describe('focus, results and facts', () => {
  it('keep the focus that was suggested last', async () => {
    const { api } = service;
    const { runId, stage } = await service.startRun();
    accepted(await api.post(`${stage}/focus`, { focus: ['Talk to ten shops.'] }));
    accepted(await api.post(`${stage}/focus`, { focus: ['Price.', 'Permits.'] }));
    expect((await readStage(api, runId, 'thesis_defined')).suggested_focus).toEqual(['Price.', 'Permits.']);
  });

  it('keep the result that was recorded last, with who recorded it and when', async () => {
    const { api } = service;
    const { runId, stage } = await service.startRun();
    accepted(await api.post(`${stage}/result`, { outcome: 'undecided' }));
    const result = { outcome: 'pass', score: 4.5, feedback: 'Clear.', data: { panel: ['ada', 'bo'] } };
    const bo = api.as(await keyFor(api, { roles: ['operator'], actor_id: 'bo' }));
    accepted(await bo.post(`${stage}/result`, result));
    const { items } = accepted(
      await api.get<{ items: readonly { recorded_at: string }[] }>(`/pipeline/${runId}/timeline?category=result`),
    );
    const recorded = { recorded_by: { actor_type: 'user', actor_id: 'bo' }, recorded_at: items[1]?.recorded_at };
    expect((await readStage(api, runId, 'thesis_defined')).result).toEqual({ ...result, ...recorded });
    await expectReadModelsToEqualFold(service.connection);
  });

  it('record facts with what brought them, and nothing for what is known', async () => {
    const { api } = service;
    const { runId, path } = await service.startRun();
    const facts = { facts: { interviews: 12, towns: ['Kisumu'] }, trigger: 'interviews_done' };
    const run = accepted(await api.post(`${path}/facts`, facts));
    expect(accepted(await api.post(`${path}/facts`, facts))).toEqual(run);
    const { items } = accepted(await api.get<{ items: readonly object[] }>(`${path}/timeline?category=fact`));
    expect(items).toMatchObject([{ event_type: 'facts.recorded', stream_id: runId, detail: facts }]);
  });
});

describe('advancing', () => {
  it('completes a ready stage and names its trigger', async () => {
    const { api } = service;
    const { path, stage } = await service.startRun();
    accepted(await api.post(`${stage}/milestones/brief_generated/complete`));
    accepted(await api.post(`${stage}/milestones/risks_identified/complete`));
    const run = accepted(await api.post(`${path}/advance`, { trigger: 'weekly_review' }));
    expect(run).toMatchObject({ waiting_on: 'gate', stage_progress: { thesis_defined: 'completed' } });
    const { items } = accepted(await api.get<{ items: readonly object[] }>(`${path}/timeline?category=transition`));
    expect(items.at(-1)).toMatchObject({ event_type: 'stage.completed', detail: { trigger: 'weekly_review' } });
    expect(accepted(await api.post(`${path}/advance`))).toEqual(run);
  });
});
