import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../../platform/auth/access.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { CommandFrom } from '../../platform/http/command-from.js';
import { DescribeCommand } from '../../platform/http/describe.js';
import { NoBodyRequest } from '../../platform/http/no-body.request.js';
import { IdParam, KeyParam } from '../../platform/http/params.js';
import { commandRoles } from '../call-roles.policy.js';
import { RunResponse } from '../pipeline-run/run.response.js';
import { ActOnRun } from '../contract.js';
import {
  CompleteStageRequest,
  RaiseRiskRequest,
  ReasonRequest,
  RecordResultRequest,
  SuggestFocusRequest,
} from './run.request.js';
import { runProblems, stageProblems } from './run-problems.js';

/** What is done to one stage of a run; each answers with the run as it now is. */
@ApiTags('Runs')
@Controller('pipeline/:id/stages/:stage')
export class StageCommandsController {
  constructor(private readonly commands: CommandBus) {}

  /** Starts work on the current stage. */
  @Post('start')
  @Allow(...commandRoles)
  @DescribeCommand({ summary: 'Start a stage', answer: RunResponse, problems: stageProblems })
  start(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'start_stage', data: { stage } }, context));
  }

  /** Ends work on the current stage: its gate opens, or the run goes on. Fails with `stage-not-ready`, `reason-required`. */
  @Post('complete')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Complete a stage',
    answer: RunResponse,
    problems: [...stageProblems, 'stage-not-ready', 'reason-required'],
  })
  complete(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @Body() { override, reason }: CompleteStageRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(
      new ActOnRun(id, { type: 'complete_stage', data: { stage, override, reason } }, context),
    );
  }

  /** Completes a milestone. */
  @Post('milestones/:key/complete')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Complete a milestone',
    answer: RunResponse,
    problems: [...stageProblems, 'milestone-not-found'],
  })
  completeMilestone(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @KeyParam('key') milestone: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'complete_milestone', data: { stage, milestone } }, context));
  }

  /** Takes a milestone's completion back. */
  @Post('milestones/:key/reopen')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Reopen a milestone',
    answer: RunResponse,
    problems: [...stageProblems, 'milestone-not-found'],
  })
  reopenMilestone(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @KeyParam('key') milestone: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'reopen_milestone', data: { stage, milestone } }, context));
  }

  /** Says that an exit criterion is met. */
  @Post('criteria/:key/meet')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Meet an exit criterion',
    answer: RunResponse,
    problems: [...stageProblems, 'criterion-not-found'],
  })
  meetCriterion(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @KeyParam('key') criterion: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'meet_criterion', data: { stage, criterion } }, context));
  }

  /** Says that an exit criterion is not met after all. */
  @Post('criteria/:key/unmeet')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Unmeet an exit criterion',
    answer: RunResponse,
    problems: [...stageProblems, 'criterion-not-found'],
  })
  unmeetCriterion(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @KeyParam('key') criterion: string,
    @Body() _nothing: NoBodyRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'unmeet_criterion', data: { stage, criterion } }, context));
  }

  /** Raises a risk that blocks the stage until it is dismissed. */
  @Post('risks')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Raise a risk',
    answer: RunResponse,
    problems: [...runProblems, 'stage-not-found', 'stage-locked'],
  })
  raiseRisk(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @Body() { type, message }: RaiseRiskRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'raise_risk', data: { stage, type, message } }, context));
  }

  /** Dismisses a risk, with the reason why it no longer blocks. */
  @Post('risks/:riskId/dismiss')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Dismiss a risk',
    answer: RunResponse,
    problems: [...runProblems, 'stage-not-found', 'risk-not-found'],
  })
  dismissRisk(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @IdParam('riskId') riskId: string,
    @Body() { reason }: ReasonRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'dismiss_risk', data: { stage, riskId, reason } }, context));
  }

  /** Suggests what to focus on in a stage. */
  @Post('focus')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Suggest a focus',
    answer: RunResponse,
    problems: [...runProblems, 'stage-not-found', 'stage-locked'],
  })
  suggestFocus(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @Body() { focus }: SuggestFocusRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'suggest_focus', data: { stage, focus } }, context));
  }

  /** Records how the subject did in the current stage; a later result replaces it. */
  @Post('result')
  @Allow(...commandRoles)
  @DescribeCommand({ summary: 'Record a stage’s result', answer: RunResponse, problems: stageProblems })
  recordResult(
    @IdParam('id') id: string,
    @KeyParam('stage') stage: string,
    @Body() { outcome, score, feedback, data }: RecordResultRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    const asked = { type: 'record_result' as const, data: { stage, outcome, score, feedback, data } };
    return this.commands.execute(new ActOnRun(id, asked, context));
  }
}
