import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { type ErrorCode, refuse } from '../../kernel/domain-error.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { ClaimHeldError } from '../../platform/event-store/errors.js';
import { CandidateExists, JobProfileExists } from '../../hiring/contract.js';
import { ProjectExists } from '../../projects/contract.js';
import { FindTemplate, type TemplateRow } from '../../templates/contract.js';
import { runAmong, runOnWire } from '../pipeline-run/run-on-wire.js';
import type { Subject } from '../run.events.js';
import { RunExecutor } from './run-executor.js';
import { runCommand } from './act-on-run.js';
import { startFormOf } from './start-form.js';
import type { StartRunRequest, TemplateChoice } from './start-run.request.js';
import { newId } from '../../platform/new-id.js';

/** Start a run through a template: for a project, for a candidate and a job profile, or for nothing outside itself. */
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
    private readonly executor: RunExecutor,
    private readonly queries: QueryBus,
  ) {}

  async execute({ request, context }: StartRunThrough): Promise<Outcome> {
    const { tenantId } = context.caller;
    const form = startFormOf(request);
    const { subject } = form;
    await this.requireSubject(subject, tenantId);
    const template = await this.templateOf(form.template, tenantId);
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
      .execute({
        streamId: runId,
        isNew: true,
        command: runCommand(runId, { type: 'start_run', data }, context),
        context,
        answer: (rows) => ({
          kind: 'created',
          noun: 'run',
          location: `/pipeline/${runId}`,
          body: runOnWire(runAmong(rows, runId)),
        }),
      })
      .catch((error: unknown) => {
        throw error instanceof ClaimHeldError ? alreadyOpen(subject, error) : error;
      });
  }

  private async requireSubject(subject: Subject, tenantId: string): Promise<void> {
    for (const [question, code, message] of questionsAbout(subject, tenantId)) {
      const exists = await this.queries.execute<typeof question, boolean>(question);
      if (!exists) throw refuse(code, message);
    }
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

type Question = ProjectExists | CandidateExists | JobProfileExists;

/** What the capabilities that keep subjects are asked, and what a no comes to. */
function questionsAbout(subject: Subject, tenantId: string): readonly (readonly [Question, ErrorCode, string])[] {
  switch (subject.type) {
    case 'none':
      return [];
    case 'project': {
      const { project_id: id } = subject;
      return [[new ProjectExists(tenantId, id), 'project-not-found', `There is no project ${id}.`]];
    }
    case 'application': {
      const { candidate_id: candidate, job_profile_id: job } = subject;
      return [
        [new CandidateExists(tenantId, candidate), 'candidate-not-found', `There is no candidate ${candidate}.`],
        [new JobProfileExists(tenantId, job), 'job-profile-not-found', `There is no job profile ${job}.`],
      ];
    }
  }
}

function alreadyOpen({ type }: Subject, { holder }: ClaimHeldError) {
  const who =
    type === 'application' ? 'The candidate has an open run for this job profile' : 'The project has an open run';
  const message = `${who}, ${holder}. Finish or cancel it before you start another.`;
  return refuse('run-already-open', message, { run_id: holder });
}
