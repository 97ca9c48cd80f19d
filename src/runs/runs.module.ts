import { Module } from '@nestjs/common';
import { ReadModels, inlineReadModels } from '../platform/projections/read-models.js';
import { ActOnRunHandler } from './commands/act-on-run.js';
import { ActAtGateHandler } from './commands/act-at-gate.js';
import { RunExecutor } from './commands/run-executor.js';
import { RunCommandsController } from './commands/run-commands.controller.js';
import { StageCommandsController } from './commands/stage-commands.controller.js';
import { StartRunHandler } from './commands/start-run.js';
import { FoundGates } from './decision-gate/found-gates.js';
import { GateEvidence } from './decision-gate/gate-evidence.js';
import { GateSettings } from './decision-gate/gate-setting.js';
import { GatesController } from './decision-gate/gates.controller.js';
import { ListGatesHandler } from './decision-gate/list-gates.query.js';
import { ListNodesHandler } from './node-run/list-nodes.query.js';
import { GetRunHandler } from './pipeline-run/get-run.query.js';
import { ListRunsHandler } from './pipeline-run/list-runs.query.js';
import { RunsController } from './pipeline-run/runs.controller.js';
import { RunHistory } from './run-history.js';
import { ListStagesHandler } from './stage-config/list-stages.query.js';
import { runStream } from './run-stream.js';
import { DueRuns } from './timers/due-runs.js';
import { TimerLoop } from './timers/timer-loop.js';

/** Runs, their stages, milestones, risks, results and gates. */
@Module({
  controllers: [RunsController, StageCommandsController, RunCommandsController, GatesController],
  providers: [
    RunExecutor,
    StartRunHandler,
    ActOnRunHandler,
    ActAtGateHandler,
    GetRunHandler,
    ListRunsHandler,
    ListStagesHandler,
    ListGatesHandler,
    FoundGates,
    GateEvidence,
    GateSettings,
    RunHistory,
    ListNodesHandler,
    DueRuns,
    TimerLoop,
  ],
  exports: [TimerLoop],
})
export class RunsModule {
  constructor(readModels: ReadModels) {
    readModels.register(...inlineReadModels(runStream));
  }
}
