import { Whole } from '../../platform/http/fields.js';

export class CorrelationQuery {
  @Whole({ min: 0, optional: true, description: 'Wait, a few seconds at most, until this position is sealed.' })
  readonly min_position?: number;
}
