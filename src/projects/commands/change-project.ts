import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import {
  FindOpenApprovals,
  FindPolicyEffects,
  type OpenApprovals,
  type PolicyEffects,
} from '../../gate-policy/contract.js';
import type { CommandContext, Outcome } from '../../kernel/command-context.js';
import { Database } from '../../platform/database/database.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { projectStream } from '../project-stream.js';
import { projectOnWire } from '../project/project-on-wire.js';
import { projects, type ProjectRow } from '../project/project.projection.js';
import { findProject } from '../project/project.query.js';
import type { ChangeProjectRequest } from './change-project.request.js';

/** Say of a project whether every stage of its runs asks for an approval. */
export class ChangeProject extends Command<Outcome> {
  constructor(
    readonly projectId: string,
    readonly request: ChangeProjectRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ChangeProject)
export class ChangeProjectHandler implements ICommandHandler<ChangeProject> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly database: Database,
    private readonly queries: QueryBus,
  ) {}

  async execute({ projectId, request, context }: ChangeProject): Promise<Outcome> {
    const { tenantId } = context.caller;
    const { require_manual_review: requireManualReview, reason } = request;
    const standing = await this.database.tenant(tenantId, (manager) => findProject(manager, tenantId, projectId));
    const open = await this.queries.execute<FindOpenApprovals, OpenApprovals>(
      new FindOpenApprovals(tenantId, projectId),
    );
    const outcome = await this.executor.execute(projectStream, {
      streamId: projectId,
      command: { type: 'require_review', data: { projectId, requireManualReview, reason } },
      context,
      answer: (rows) => ({
        noun: 'project',
        body: { ...projectOnWire(rows[projects.name]?.get(projectId) as ProjectRow, standing?.run ?? null), ...open },
      }),
    });
    if (!context.dryRun) return outcome;
    const asked = new FindPolicyEffects(tenantId, projectId, { requireManualReview });
    const effects = await this.queries.execute<FindPolicyEffects, PolicyEffects>(asked);
    return { ...outcome, body: { ...outcome.body, effects } };
  }
}
