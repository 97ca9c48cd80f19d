import { ApiSchema } from '@nestjs/swagger';
import { AnyJson, KeyText, Moment, NestedList, Text, Whole } from '../../platform/http/fields.js';

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
export class TemplatePageResponse {
  @NestedList(() => TemplateSummaryResponse)
  readonly items!: readonly TemplateSummaryResponse[];

  @Text({ nullable: true, description: 'Pass it as `after` for the next page; null on the last one.' })
  readonly next!: string | null;
}
