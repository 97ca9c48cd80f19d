import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { systemCaller } from '../platform/event-store/system-caller.js';
import { builtInTemplates } from './built-in/built-in.js';
import { PublishTemplateContent } from './commands/publish-template.js';
import { newId } from '../platform/new-id.js';

/** Publishes the templates that come with the product through the same command as a user's own. */
@Injectable()
export class BuiltInTemplates {
  constructor(private readonly commands: CommandBus) {}

  /** Publishes what is new or changed for a tenant; a second call, here or in another process, changes nothing. */
  async publishFor(tenantId: string): Promise<void> {
    for (const content of builtInTemplates) {
      const context = {
        caller: systemCaller(tenantId, 'stageline'),
        commandId: newId(),
        correlationId: newId(),
        now: new Date().toISOString(),
        dryRun: false,
      };
      await this.commands.execute(new PublishTemplateContent(content, context));
    }
  }
}
