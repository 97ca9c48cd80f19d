import { createHash } from 'node:crypto';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { canonicalJson } from '../../kernel/canonical-json.js';
import type { CommandContext, Outcome } from '../../platform/event-store/command-context.js';
import { CommandExecutor } from '../../platform/event-store/command-executor.js';
import type { TemplateContent } from '../template.events.js';
import { templateStream, templateStreamId } from '../template-stream.js';

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
  constructor(private readonly executor: CommandExecutor) {}

  execute({ content, context }: PublishTemplateContent): Promise<Outcome> {
    const contentHash = createHash('sha256').update(canonicalJson(content)).digest('hex');
    return this.executor.execute(templateStream, {
      streamId: templateStreamId(context.caller.tenantId, content.key),
      command: { type: 'publish_template', data: { content, contentHash } },
      context,
      answer: () => ({ body: { key: content.key, content_hash: contentHash } }),
    });
  }
}
