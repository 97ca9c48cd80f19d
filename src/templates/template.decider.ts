import type { Decider } from '../kernel/decider.js';
import { refuse } from '../kernel/domain-error.js';
import type { TemplateContent, TemplateEvent } from './template.events.js';
import { checkTemplate } from './template.policy.js';

/** What the rule below needs to know of a key: its latest version, 0 before the first. */
export type TemplateState = Readonly<{ version: number; contentHash: string | null }>;

/** Publish this content under its key. The hash is computed at the edge, over the canonical form of `content`. */
export type PublishTemplate = Readonly<{
  type: 'publish_template';
  data: Readonly<{ content: TemplateContent; contentHash: string }>;
}>;

function decide(state: TemplateState, { data: { content, contentHash } }: PublishTemplate): readonly TemplateEvent[] {
  if (state.contentHash === contentHash) return []; // The same content again is the version that stands.
  const errors = checkTemplate(content);
  if (errors.length > 0) {
    throw refuse('invalid-template', 'The template cannot be run as it is. Mend what is listed.', { errors });
  }
  const detail = {
    key: content.key,
    version: state.version + 1,
    name: content.name,
    content,
    content_hash: contentHash,
  };
  return [{ type: 'template.published', detail }];
}

/** The rules of one template key. */
export const templateDecider: Decider<TemplateState, PublishTemplate, TemplateEvent> = {
  initialState: { version: 0, contentHash: null },
  decide,
  evolve: (_state, { detail }) => ({ version: detail.version, contentHash: detail.content_hash }),
};
