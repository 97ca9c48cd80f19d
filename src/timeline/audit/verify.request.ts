import { Whole } from '../../platform/http/fields.js';

export class VerifyRequest {
  @Whole({ min: 1, optional: true, description: 'The first position to verify. Defaults to 1.' })
  readonly from?: number;

  @Whole({
    min: 1,
    optional: true,
    description: 'The last position to verify. Without it, whether anything was cut off or put in at the end, too.',
  })
  readonly to?: number;
}
