import { nearest } from '../kernel/nearest.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { fieldFaults, type FieldFault } from '../platform/http/field-faults.js';
import { isObject } from '../platform/http/field-rules.js';
import { invalidInput } from '../platform/http/invalid-input.js';
import { builtInTemplates } from './built-in/built-in.js';
import { readDraft } from './template-draft.policy.js';
import type { TemplateContent } from './template.events.js';
import { checkTemplate } from './template.policy.js';
import { problem, type Problem } from '../kernel/definition-problem.js';
import { TemplateContentRequest } from './template.request.js';
import { warnAbout } from './template-warnings.policy.js';

/** What there is to say about a template. With no errors, `content` is what was sent. */
export type Examination = Readonly<{
  content: TemplateContent;
  errors: readonly Problem[];
  warnings: readonly Problem[];
}>;

/** A template can be wrong in a million places; its author mends the first few hundred and asks again. */
const MAX_PROBLEMS = 500;
const MAX_TEXT_LENGTH = 500;

/**
 * Looks at a template as it was sent: its shape and its sense, everything at once. What follows from another problem alone is left out.
 *
 * @throws DomainError `invalid-input` where it is not even an object
 */
export function examineTemplate(sent: unknown): Examination {
  if (!isObject(sent)) throw invalidInput([{ pointer: '', detail: 'must be a JSON object.' }]);
  const misshapen = fieldFaults(TemplateContentRequest, sent).map(shapeProblem);
  const draft = readDraft(sent);
  const misconceived = [...reservedKey(draft), ...checkTemplate(draft, expressionChecks)];
  const errors = [
    ...misshapen,
    ...misconceived.filter(({ path }) => !misshapen.some((fault) => isWithin(path, fault.path))),
  ];
  return {
    content: sent as TemplateContent,
    errors: errors.slice(0, MAX_PROBLEMS).map(brief),
    warnings: errors.length > 0 ? [] : warnAbout(draft).slice(0, MAX_PROBLEMS),
  };
}

/** A version of a tenant's own would stand until the next start, which would publish the built-in one over it. */
function reservedKey({ key }: TemplateContent): readonly Problem[] {
  if (!builtInTemplates.some((each) => each.key === key)) return [];
  const hint = 'Publish it under a key of your own, and start runs with that.';
  return [problem('reserved-key', '/key', `"${key}" comes with the product, which publishes its versions.`, hint)];
}

function shapeProblem({ kind, pointer, expected, unknown }: FieldFault): Problem {
  if (unknown === undefined) {
    const said = kind === 'missing-field' ? 'It is not there.' : 'It cannot be that.';
    return problem(kind, pointer, said, sentence(expected));
  }
  const close = nearest(unknown.name.slice(0, 100), unknown.known);
  const hint = close === null ? `There are: ${unknown.known.join(', ')}.` : `Did you mean ${close}?`;
  return problem(kind, pointer, `There is no field "${unknown.name}" here.`, hint);
}

function sentence(expected: string): string {
  return `It ${expected}`;
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** What was sent may be long, and is repeated here. */
function brief({ path, message, hint, ...rest }: Problem): Problem {
  return { ...rest, path: short(path), message: short(message), hint: short(hint) };
}

function short(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH).toWellFormed()}...`;
}
