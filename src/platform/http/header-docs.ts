import type { ApiHeaderOptions } from '@nestjs/swagger';

const text = { type: 'string' } as const;

/** Every request may carry it, every answer does. */
export const correlationHeader: ApiHeaderOptions = {
  name: 'X-Correlation-Id',
  required: false,
  schema: { type: 'string', format: 'uuid' },
  description: 'Names the whole flow; every event of a command carries it. A new one is made where it is left out.',
};

/** What every command takes. */
export const commandHeaders: readonly ApiHeaderOptions[] = [
  correlationHeader,
  {
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    description:
      'Makes sending the same request again safe: it gets the same answer, for 30 days. Your choice of text.',
  },
  {
    name: 'If-Match',
    required: false,
    schema: text,
    description: 'The version the command was decided on, as the ETag has it; refused with 412 where it has moved on.',
  },
  {
    name: 'X-Occurred-At',
    required: false,
    schema: { type: 'string', format: 'date-time' },
    description: 'When it happened, if not now. Not in the future.',
  },
];

/** What answers carry. */
export const versionHeaders = {
  'X-Correlation-Id': { schema: { type: 'string', format: 'uuid' }, description: 'The correlation id of the request.' },
  ETag: { schema: text, description: 'The version, in quotes, where the answer has one.' },
  Location: { schema: text, description: 'Where to read what was made.' },
  'Idempotency-Replayed': { schema: text, description: '`true` where this answer was given before to the same key.' },
} as const;
