import type { Decider } from '../kernel/decider.js';
import { type DomainError, refuse } from '../kernel/domain-error.js';
import type { ExpressionChecks } from '../kernel/expression.js';
import type { TemplateContent, TemplateEvent } from './template.events.js';
import { checkTemplate } from './template.policy.js';
import type { Problem } from '../kernel/definition-problem.js';

/** What the rule below needs to know of a key: its latest version, 0 before the first. */
export type TemplateState = Readonly<{ version: number; contentHash: string | null }>;

/** Publish this content under its key. The hash is computed at the edge, over the canonical form of `content`. */
export type PublishTemplate = Readonly<{
  type: 'publish_template';
  data: Readonly<{ content: TemplateContent; contentHash: string }>;
}>;

/** The rules of one template key; what an expression may be, it is told. */
export function createTemplateDecider(
  checks: ExpressionChecks,
): Decider<TemplateState, PublishTemplate, TemplateEvent> {
  return {
    initialState: { version: 0, contentHash: null },
    decide: (state, command) => publish(state, command, checks),
    evolve: (_state, { detail }) => ({ version: detail.version, contentHash: detail.content_hash }),
  };
}

function publish(
  state: TemplateState,
  { data: { content, contentHash } }: PublishTemplate,
  checks: ExpressionChecks,
): readonly TemplateEvent[] {
  if (state.contentHash === contentHash) return []; // The same content again is the version that stands.
  const errors = checkTemplate(content, checks);
  if (errors.length > 0) throw invalidTemplate(errors);
  const detail = {
    key: content.key,
    version: state.version + 1,
    name: content.name,
    content,
    content_hash: contentHash,
  };
  return [{ type: 'template.published', detail }];
}

/** The refusal of a template that cannot be run, with every problem. */
export function invalidTemplate(errors: readonly Problem[]): DomainError {
  return refuse('invalid-template', 'The template cannot be run as it is. Mend what is listed.', { errors });
}
