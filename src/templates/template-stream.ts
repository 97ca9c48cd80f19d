import { v5 as nameBasedId } from 'uuid';
import { type StreamType, inline } from '../platform/event-store/stream-type.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { type PublishTemplate, type TemplateState, createTemplateDecider } from './template.decider.js';
import { type TemplateEvent, templateCatalogue } from './template.events.js';
import { templates } from './template/template.projection.js';

/** A template key's stream: its rules and the read model written with each append. */
export const templateStream: StreamType<TemplateState, PublishTemplate, TemplateEvent> = {
  name: 'template',
  decider: createTemplateDecider(expressionChecks),
  catalogue: templateCatalogue,
  stateVersion: 1,
  projections: [inline(templates)],
};

/** The stream of one key: derived from it (uuid v5 below the tenant's id), so that two publishers meet on the same stream. */
export function templateStreamId(tenantId: string, key: string): string {
  return nameBasedId(`template/${key}`, tenantId);
}
