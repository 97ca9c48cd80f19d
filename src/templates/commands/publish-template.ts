import { createHash } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { canonicalJson } from '../../kernel/canonical-json.js';
import type { CommandContext, Outcome, Reply } from '../../kernel/command-context.js';
import type { StreamRows } from '../../kernel/projection.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { FindTemplate } from '../contract.js';
import type { TemplateContent } from '../template.events.js';
import { templateStream, templateStreamId } from '../template-stream.js';
import { FindTemplateHandler } from '../template/find-template.query.js';
import { templates, type TemplateRow } from '../template/template.projection.js';
import { templateOnWire } from '../template/template-on-wire.js';

/** Publish a template's content as the next version of its key, unless it is the version that stands. */
export class PublishTemplateContent extends Command<Outcome> {
  constructor(
    readonly content: TemplateContent,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(PublishTemplateContent)
export class PublishTemplateHandler implements ICommandHandler<PublishTemplateContent> {
  constructor(
    private readonly executor: CommandExecutor,
    private readonly templates: FindTemplateHandler,
  ) {}

  async execute({ content, context }: PublishTemplateContent): Promise<Outcome> {
    const { tenantId } = context.caller;
    const standing = await this.standing(tenantId, content.key);
    const contentHash = hashOf(content);
    const known: { row?: TemplateRow | undefined } = {};
    const outcome = await this.executor.execute(templateStream, {
      streamId: templateStreamId(tenantId, content.key),
      command: { type: 'publish_template', data: { content, contentHash } },
      context,
      answer: (rows) => {
        known.row = published(contentHash, rows, standing);
        return known.row === undefined ? { noun: 'template', body: {} } : replyWith(known.row, standing);
      },
    });
    if (known.row !== undefined || outcome.replayed === true) return outcome;
    // Another request published the same since, and published versions are not kept in memory.
    const row = await this.standing(tenantId, content.key);
    const body = templateOnWire(row as TemplateRow);
    return { ...outcome, body: outcome.kind === 'dry_run' ? { ...outcome.body, template: body } : body };
  }

  private standing(tenantId: string, key: string): Promise<TemplateRow | null> {
    return this.templates.execute(new FindTemplate(tenantId, key, null));
  }
}

/** The latest version that has this content, among those that the command left and the one that stood before it. */
function published(hash: string, rows: StreamRows, standing: TemplateRow | null): TemplateRow | undefined {
  const known = [...(rows[templates.name]?.values() ?? []), ...(standing === null ? [] : [standing])] as TemplateRow[];
  return known.filter(({ contentHash }) => contentHash === hash).toSorted((a, b) => b.version - a.version)[0];
}

function replyWith(row: TemplateRow, standing: TemplateRow | null): Reply {
  const { key, version } = row;
  return {
    kind: version === standing?.version ? 'ok' : 'created',
    noun: 'template',
    location: `/templates/${key}/versions/${String(version)}`,
    body: templateOnWire(row),
  };
}

/** Hex SHA-256 of the content in canonical form (RFC 8785). */
function hashOf(content: TemplateContent): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
