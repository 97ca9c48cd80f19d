import { Text, TextList } from '../../platform/http/fields.js';

export class CreateJobProfileRequest {
  @Text({ max: 200, example: 'Software engineer' })
  readonly title!: string;

  @Text({ optional: true, max: 100, example: 'SWE I' })
  readonly level?: string;

  @TextList({ optional: true, max: 50, maxLength: 100, description: 'Defaults to none.' })
  readonly skills?: readonly string[];

  @Text({ optional: true, max: 10_000 })
  readonly description?: string;
}
