import { Flag, Text } from '../../platform/http/fields.js';

export class CreateProjectRequest {
  @Text({ max: 200, example: 'Solar kiosk' })
  readonly name!: string;

  @Flag({ optional: true, description: 'Every stage of its runs asks for a human approval. Defaults to false.' })
  readonly require_manual_review?: boolean;
}
