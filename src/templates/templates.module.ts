import { Module } from '@nestjs/common';
import { ReadModels, inlineReadModels } from '../platform/projections/read-models.js';
import { BuiltInTemplates } from './built-in-templates.js';
import { PublishTemplateHandler } from './commands/publish-template.js';
import { FindTemplateHandler } from './template/find-template.query.js';
import { PipelinesController } from './pipelines.controller.js';
import { ListTemplatesHandler } from './template/list-templates.query.js';
import { TemplatesController } from './templates.controller.js';
import { templateStream } from './template-stream.js';

/** Definitions that runs are started from. */
@Module({
  controllers: [TemplatesController, PipelinesController],
  providers: [BuiltInTemplates, PublishTemplateHandler, FindTemplateHandler, ListTemplatesHandler],
  exports: [BuiltInTemplates],
})
export class TemplatesModule {
  constructor(readModels: ReadModels) {
    readModels.register(...inlineReadModels(templateStream));
  }
}
