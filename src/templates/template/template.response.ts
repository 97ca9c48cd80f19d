import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, KeyText, Moment, Text, Whole } from '../../platform/http/fields.js';
import { PageOf } from '../../platform/http/page.response.js';

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
  @AnyJson({ description: 'The stages in order, each with its milestones, exit criteria and gate.' })
  readonly content!: unknown;
}

@ApiSchema({ name: 'TemplatePage' })
export class TemplatePageResponse extends PageOf(() => TemplateSummaryResponse) {}
