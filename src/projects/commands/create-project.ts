import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { projectStream } from '../project-stream.js';
import { projectOnWire } from '../project/project-on-wire.js';
import { projects, type ProjectRow } from '../project/project.projection.js';
import type { CreateProjectRequest } from './create-project.request.js';
import { newId } from '../../platform/new-id.js';

/** Create a project. */
export class CreateProject extends Command<Outcome> {
  constructor(
    readonly request: CreateProjectRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CreateProject)
export class CreateProjectHandler implements ICommandHandler<CreateProject> {
  constructor(private readonly executor: CommandExecutor) {}

  execute({ request, context }: CreateProject): Promise<Outcome> {
    const id = newId();
    const data = { name: request.name, requireManualReview: request.require_manual_review ?? false };
    return this.executor.execute(projectStream, {
      streamId: id,
      isNew: true,
      command: { type: 'create_project', data },
      context,
      answer: (rows) => ({
        kind: 'created',
        noun: 'project',
        location: `/projects/${id}`,
        body: projectOnWire(rows[projects.name]?.get(id) as ProjectRow, null),
      }),
    });
  }
}
