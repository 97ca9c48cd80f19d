import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { v7 as newId } from 'uuid';
import { refuse } from '../../kernel/domain-error.js';
import type { CommandContext, Outcome } from '../../platform/event-store/command-context.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { ClaimHeldError } from '../../platform/event-store/errors.js';
import { ProjectExists } from '../../projects/contract.js';
import { FindTemplate, type TemplateRow } from '../../templates/contract.js';
import { runAmong, runOnWire } from '../pipeline-run/run-on-wire.js';
import type { Subject } from '../run.events.js';
import { runStream } from '../run-stream.js';
import { runCommand } from './act-on-run.js';
import type { StartRunRequest, TemplateChoice } from './start-run.request.js';

/** Start a run through a template, for a project or for nothing outside itself. */
export class StartRunThrough extends Command<Outcome> {
  constructor(
    readonly request: StartRunRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(StartRunThrough)
export class StartRunHandler implements ICommandHandler<StartRunThrough> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly queries: QueryBus,
  ) {}

  async execute({ request, context }: StartRunThrough): Promise<Outcome> {
    const { tenantId } = context.caller;
    const subject = await this.subjectOf(request, tenantId);
    const template = await this.templateOf(request.template, tenantId);
    const runId = newId();
    const data = {
      template: {
        key: template.key,
        version: template.version,
        contentHash: template.contentHash,
        name: template.name,
        stages: template.content.stages,
      },
      subject,
      input: request.input ?? {},
    };
    return this.executor
      .execute(runStream, {
        streamId: runId,
        command: runCommand({ type: 'start_run', data }, context),
        context,
        answer: (rows) => ({
          kind: 'created',
          noun: 'run',
          location: `/pipeline/${runId}`,
          body: runOnWire(runAmong(rows, runId)),
        }),
      })
      .catch((error: unknown) => {
        throw error instanceof ClaimHeldError ? alreadyOpen(error) : error;
      });
  }

  private async subjectOf({ project_id: projectId }: StartRunRequest, tenantId: string): Promise<Subject> {
    if (projectId === undefined) return { type: 'none' };
    const exists = await this.queries.execute<ProjectExists, boolean>(new ProjectExists(tenantId, projectId));
    if (!exists) throw refuse('project-not-found', `There is no project ${projectId}.`);
    return { type: 'project', project_id: projectId };
  }

  private async templateOf(choice: TemplateChoice, tenantId: string): Promise<TemplateRow> {
    const { key, version } = typeof choice === 'string' ? { key: choice, version: null } : choice;
    const found = await this.queries.execute<FindTemplate, TemplateRow | null>(
      new FindTemplate(tenantId, key, version),
    );
    if (found !== null) return found;
    const named = version === null ? key : `${key} in version ${String(version)}`;
    throw refuse('template-not-found', `There is no template ${named}. GET /templates lists what there is.`);
  }
}

function alreadyOpen({ holder }: ClaimHeldError) {
  const message = `The project has an open run, ${holder}. Finish or cancel it before you start another.`;
  return refuse('run-already-open', message, { run_id: holder });
}
