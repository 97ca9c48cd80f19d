import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Allow } from '../../platform/auth/access.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { CommandFrom } from '../../platform/http/command-from.js';
import { DescribeCommand } from '../../platform/http/describe.js';
import { IdParam } from '../../platform/http/params.js';
import { commandRoles, factRoles } from '../call-roles.policy.js';
import { RunResponse } from '../pipeline-run/run.response.js';
import { ActOnRun } from '../contract.js';
import {
  AdvanceRequest,
  CancelRunRequest,
  ReasonRequest,
  RecordFactsRequest,
  ResumeRunRequest,
} from './run.request.js';
import { runProblems } from './run-problems.js';

/** What is done to a run as a whole; each answers with the run as it now is. */
@ApiTags('Runs')
@Controller('pipeline/:id')
export class RunCommandsController {
  constructor(private readonly commands: CommandBus) {}

  /**
   * Records facts about the run and what brought them. Every call has the run go on as far as it may by itself, also where all of it is known: then nothing is
   * recorded but what follows.
   */
  @Post('facts')
  @Allow(...factRoles)
  @DescribeCommand({ summary: 'Record facts', answer: RunResponse, problems: runProblems })
  facts(
    @IdParam('id') id: string,
    @Body() { facts, trigger }: RecordFactsRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'record_facts', data: { facts, trigger } }, context));
  }

  /** Looks again whether the current stage is ready, and moves on if so. Fails with `stage-not-ready`. */
  @Post('advance')
  @Allow(...commandRoles)
  @DescribeCommand({ summary: 'Move on if ready', answer: RunResponse, problems: [...runProblems, 'stage-not-ready'] })
  advance(
    @IdParam('id') id: string,
    @Body() { trigger = 'manual_advance' }: AdvanceRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'advance', data: { trigger } }, context));
  }

  /** Parks the run: until it is unparked, only reading and cancelling it are possible. */
  @Post('park')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Park a run',
    answer: RunResponse,
    problems: ['run-not-found', 'run-closed', 'stale-version'],
  })
  park(
    @IdParam('id') id: string,
    @Body() { reason }: ReasonRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'park', data: { reason } }, context));
  }

  /** Takes the run up again at the same stage, with a fresh gate where it stood at one. */
  @Post('unpark')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Unpark a run',
    answer: RunResponse,
    problems: ['run-not-found', 'run-closed', 'stale-version'],
  })
  unpark(
    @IdParam('id') id: string,
    @Body() { reason }: ReasonRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'unpark', data: { reason } }, context));
  }

  /** Ends the run for good, wherever it stands; a candidate’s as `rejected` or `withdrawn`. Once ended, its outcome stays. */
  @Post('cancel')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Cancel a run',
    answer: RunResponse,
    problems: ['run-not-found', 'run-closed', 'stale-version'],
  })
  cancel(
    @IdParam('id') id: string,
    @Body() { reason, outcome }: CancelRunRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'cancel', data: { reason, outcome } }, context));
  }

  /**
   * Begins a further attempt of what failed or was cut off when the run failed or ran out of time, with everything after it; the other nodes
   * stand as they ended. As a dry run it shows, in `rerun`, what would run again. Fails with `illegal-transition` for any other run, and
   * with `run-already-open` where its subject has another one by now.
   */
  @Post('resume')
  @Allow(...commandRoles)
  @DescribeCommand({
    summary: 'Resume a failed run',
    answer: RunResponse,
    problems: [
      'run-not-found',
      'run-parked',
      'illegal-transition',
      'node-not-found',
      'run-already-open',
      'stale-version',
    ],
  })
  resume(
    @IdParam('id') id: string,
    @Body() { reason, from_node: fromNode }: ResumeRunRequest,
    @CommandFrom() context: CommandContext,
  ): Promise<Outcome> {
    return this.commands.execute(new ActOnRun(id, { type: 'resume', data: { reason, fromNode } }, context));
  }
}
