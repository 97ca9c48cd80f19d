import { ApiSchema } from '@nestjs/swagger';
import { Flag, KeyText, Moment, Nested, NestedList, Text, TextList, Whole } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';
import { DefinitionProblemResponse } from '../../platform/http/problem.response.js';
import { MAX_NODES } from '../../work/contract.js';
import type { TemplateContent } from '../template.events.js';
import { TemplateContentRequest } from '../template.request.js';

@ApiSchema({ name: 'TemplateSummary' })
export class TemplateSummaryResponse {
  @KeyText()
  readonly key!: string;

  @Whole({ min: 1 })
  readonly version!: number;

  @Text({ max: 200 })
  readonly name!: string;

  @Text({ description: 'Hex SHA-256 of the canonical content; a run names it in its first event.' })
  readonly content_hash!: string;

  @Moment()
  readonly published_at!: string;
}

@ApiSchema({ name: 'Template' })
export class TemplateResponse extends TemplateSummaryResponse {
  @Nested(() => TemplateContentRequest, { description: 'What was published.' })
  readonly content!: TemplateContent;
}

@ApiSchema({ name: 'TemplateExamination' })
export class ExaminationResponse {
  @Flag({ description: 'Whether POST /templates would take it.' })
  readonly valid!: boolean;

  @NestedList(() => DefinitionProblemResponse, { description: 'Everything that is wrong; at most 500.' })
  readonly errors!: readonly DefinitionProblemResponse[];

  @NestedList(() => DefinitionProblemResponse, { description: 'What could be run and is probably not meant.' })
  readonly warnings!: readonly DefinitionProblemResponse[];
}

@ApiSchema({ name: 'PipelineExamination' })
export class PipelineExaminationResponse extends ExaminationResponse {
  @TextList({
    min: 0,
    max: MAX_NODES,
    description:
      'Ids of the nodes in the order in which a run takes them up where nothing has to wait; none while it is not valid.',
  })
  readonly execution_order!: readonly string[];
}

@ApiSchema({ name: 'TemplatePage' })
export class TemplatePageResponse extends PageOf(() => TemplateSummaryResponse) {}
