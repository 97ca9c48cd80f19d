import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import type { JsonObject } from '../../kernel/json.js';
import { addField } from '../../platform/http/field-registry.js';
import { isObject, keyPattern, keyText } from '../../platform/http/field-rules.js';
import { JsonMap, Uuid } from '../../platform/http/fields.js';

/** A template by key, its latest version; or one version of it. */
export type TemplateChoice = string | Readonly<{ key: string; version: number }>;

export class StartRunRequest {
  @Uuid({
    optional: true,
    description:
      'The project the run is about. Without it, and without a candidate, it is about nothing outside itself.',
  })
  readonly project_id?: string;

  @Uuid({ optional: true, description: 'Who applies; with the job profile.' })
  readonly candidate_id?: string;

  @Uuid({ optional: true, description: 'What they apply for; with the candidate.' })
  readonly job_profile_id?: string;

  @TemplateField()
  readonly template?: TemplateChoice;

  @JsonMap({ optional: true, description: 'What the run begins with, as its first event keeps it.' })
  readonly input?: JsonObject;
}

function TemplateField(): PropertyDecorator {
  const schema = {
    required: false,
    description:
      'A key for its latest version, or a key with a version. Required, but for a candidate, where it defaults to `swe1-hiring`.',
    example: 'founder',
    oneOf: [
      { type: 'string', pattern: keyPattern.source },
      {
        type: 'object',
        properties: { key: { type: 'string', pattern: keyPattern.source }, version: { type: 'integer', minimum: 1 } },
        required: ['key', 'version'],
        additionalProperties: false,
      },
    ],
  };
  return (target, name) => {
    addField(target, String(name), {});
    ApiProperty(schema)(target, name);
    ValidateIf((_owner, value: unknown) => value !== undefined)(target, name);
    ValidateBy({
      name: 'template',
      validator: { validate: isTemplateChoice, defaultMessage: () => 'must be a template key, or {"key", "version"}.' },
    })(target, name);
  };
}

function isTemplateChoice(value: unknown): value is TemplateChoice {
  if (!isObject(value)) return keyText.holds(value);
  const { key, version, ...unknown } = value as Record<string, unknown>;
  const isVersion = Number.isInteger(version) && Number(version) >= 1 && Number(version) < 2 ** 31;
  return keyText.holds(key) && isVersion && Object.keys(unknown).length === 0;
}
