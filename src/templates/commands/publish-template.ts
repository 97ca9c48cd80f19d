import { createHash } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { canonicalJson } from '../../kernel/canonical-json.js';
import type { CommandContext, Outcome, Reply } from '../../kernel/command-context.js';
import type { StreamRows } from '../../kernel/projection.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import { TransientError } from '../../platform/event-store/errors.js';
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
    const standing = await this.templates.execute(new FindTemplate(tenantId, content.key, null));
    const contentHash = hashOf(content);
    return this.executor.execute(templateStream, {
      streamId: templateStreamId(tenantId, content.key),
      command: { type: 'publish_template', data: { content, contentHash } },
      context,
      answer: (rows) => replyWith(published(contentHash, rows, standing), standing),
    });
  }
}

/**
 * The version that has this content. Published versions are not kept in memory, so that it may only be found as the one that stood before; where
 * another request published it since, the stream is to be loaded.
 */
function published(hash: string, rows: StreamRows, standing: TemplateRow | null): TemplateRow {
  const known = [...(rows[templates.name]?.values() ?? []), ...(standing === null ? [] : [standing])] as TemplateRow[];
  const [latest] = known.filter(({ contentHash }) => contentHash === hash).toSorted((a, b) => b.version - a.version);
  if (latest === undefined) throw new TransientError('The template was published by somebody else just now.');
  return latest;
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
