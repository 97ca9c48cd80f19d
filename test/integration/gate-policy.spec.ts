import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { QueryBus } from '@nestjs/cqrs';
import { v7 as newId } from 'uuid';
import { FindPolicyLayers, type GatePolicy } from '../../src/gate-policy/contract.js';
import { FindPolicyLayersHandler } from '../../src/gate-policy/find-policy-layers.query.js';
import { gatePolicyStream, gatePolicyStreamId } from '../../src/gate-policy/gate-policy-stream.js';
import { DEFAULT_TENANT_ID, type CommandContext } from '../../src/kernel/command-context.js';
import { projectStream } from '../../src/projects/project-stream.js';
import { runCommand } from '../../src/runs/commands/act-on-run.js';
import { RunExecutor } from '../../src/runs/commands/run-executor.js';
import { runAmong } from '../../src/runs/pipeline-run/run-on-wire.js';
import type { Asked } from '../../src/runs/run-command.decider.js';
import type { StageDefinition } from '../../src/templates/contract.js';
import { expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { type Process, contextOf, openStore } from '../support/store.js';

let opened: Awaited<ReturnType<typeof openStore>>;
let other: Process;
beforeAll(async () => {
  opened = await openStore();
  other = await opened.process();
});
afterAll(() => opened.close());

const stages = ['first', 'second', 'third'].map((key): StageDefinition => ({
  key,
  name: key,
  milestones: {},
  exit_criteria: [],
  auto_start: true,
}));

/** What one process does to runs and to the policy, as its routes would. */
function partsOf({ database, executor }: Process) {
  const layers = new FindPolicyLayersHandler(database);
  const queries = { execute: (asked: FindPolicyLayers) => layers.execute(asked) } as unknown as QueryBus;
  const runs = new RunExecutor(executor, queries);
  const ask = async (runId: string, asked: Asked, context: CommandContext = contextOf()) => {
    const command = runCommand(runId, asked, context);
    const answer = { streamId: runId, command, context };
    const { body } = await runs.execute({ ...answer, answer: (rows) => ({ body: runAmong(rows, runId) }) });
    return body as ReturnType<typeof runAmong>;
  };
  return {
    layers: (projectId: string | null, tenantId = DEFAULT_TENANT_ID) =>
      layers.execute(new FindPolicyLayers(tenantId, projectId)),
    setPolicy: (policy: GatePolicy, projectId: string | null = null) =>
      executor.execute(gatePolicyStream, {
        streamId: gatePolicyStreamId(DEFAULT_TENANT_ID, projectId),
        command: { type: 'change_gate_policy', data: { projectId, policy } },
        context: contextOf(),
        answer: () => ({ body: {} }),
      }),
    review: (projectId: string, requireManualReview: boolean) =>
      executor.execute(projectStream, {
        streamId: projectId,
        command: { type: 'require_review', data: { projectId, requireManualReview } },
        context: contextOf(),
        answer: () => ({ body: {} }),
      }),
    createProject: async () => {
      const streamId = newId();
      const data = { name: 'Solar kiosk', requireManualReview: false };
      const command = { type: 'create_project', data } as const;
      await executor.execute(projectStream, { streamId, command, context: contextOf(), answer: () => ({ body: {} }) });
      return streamId;
    },
    start: async (projectId: string | null = null) => {
      const runId = newId();
      const template = { key: 'trail', version: 1, contentHash: 'c0ffee', name: 'Trail', stages };
      const subject =
        projectId === null ? ({ type: 'none' } as const) : ({ type: 'project', project_id: projectId } as const);
      await ask(runId, { type: 'start_run', data: { template, subject, input: {} } });
      return runId;
    },
    complete: (runId: string, stage: string) =>
      ask(runId, { type: 'complete_stage', data: { stage, override: undefined, reason: undefined } }),
  };
}

const asking: GatePolicy = { '*': { require_approval: true } };

describe('a change of the policy that was answered', () => {
  it('holds for every stage that is left after it, in every process', async () => {
    const [here, there] = [partsOf(opened), partsOf(other)];
    const runId = await here.start();
    expect(await here.complete(runId, 'first')).toMatchObject({ currentStage: 'second', openGateId: null });
    for (const [changes, completes] of [
      [here, there],
      [there, here],
    ] as const) {
      await changes.setPolicy(asking);
      const asked = await completes.start();
      expect(await completes.complete(asked, 'first')).toMatchObject({
        currentStage: 'first',
        openGateId: expect.any(String),
      });
      await changes.setPolicy({});
      const free = await completes.start();
      expect(await completes.complete(free, 'first')).toMatchObject({ currentStage: 'second', openGateId: null });
    }
    expect(await there.complete(runId, 'second')).toMatchObject({ currentStage: 'third' });
  });

  it('holds at once for completions that both processes send together', async () => {
    const [here, there] = [partsOf(opened), partsOf(other)];
    const runIds = await Promise.all(Array.from({ length: 8 }, (_, index) => (index % 2 ? here : there).start()));
    await here.setPolicy(asking);
    const left = await Promise.all(runIds.map((runId, index) => (index % 2 ? there : here).complete(runId, 'first')));
    expect(left.map(({ currentStage }) => currentStage)).toEqual(runIds.map(() => 'first'));
    await here.setPolicy({});
  });

  it('reaches the runs of its project, and no others', async () => {
    const [here, there] = [partsOf(opened), partsOf(other)];
    const [mine, yours] = [await here.createProject(), await here.createProject()];
    await here.setPolicy({ '*': { require_approval: true, quorum: 2 } }, mine);
    await there.review(yours, true);
    expect(await there.layers(mine)).toEqual({
      global: {},
      project: { '*': { require_approval: true, quorum: 2 } },
      requireManualReview: false,
    });
    expect(await here.layers(yours)).toEqual({ global: {}, project: {}, requireManualReview: true });
    expect(await here.layers(null)).toEqual({ global: {}, project: {}, requireManualReview: false });
    const nobody = { global: {}, project: {}, requireManualReview: false };
    expect(await here.layers(mine, '00000000-0000-7000-8000-0000000000bb')).toEqual(nobody);
    for (const [projectId, stage] of [
      [mine, 'first'],
      [yours, 'first'],
      [null, 'second'],
    ] as const) {
      expect(await there.complete(await there.start(projectId), 'first')).toMatchObject({ currentStage: stage });
    }
  });

  it('leaves rows that its events fold to', () => expectReadModelsToEqualFold(opened.connection));
});
