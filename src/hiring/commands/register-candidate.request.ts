import { Email, LinkList, Text } from '../../platform/http/fields.js';

export class RegisterCandidateRequest {
  @Text({ max: 200, example: 'Robin Fairweather' })
  readonly name!: string;

  @Email({ optional: true, example: 'robin@example.org' })
  readonly email?: string;

  @Text({ optional: true, max: 50, example: '+44 20 7946 0123' })
  readonly phone?: string;

  @LinkList({ optional: true, max: 20, description: 'Where more of them is to be seen.' })
  readonly links?: readonly string[];

  @Text({
    optional: true,
    max: 200,
    description:
      'Your own id for the candidate. It is kept in the clear and stays after an erasure: no name, no address.',
  })
  readonly external_id?: string;
}
