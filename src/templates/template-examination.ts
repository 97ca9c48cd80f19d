import { nearest } from '../kernel/nearest.js';
import { expressionChecks } from '../platform/expressions/conditions.js';
import { fieldFaults, type FieldFault } from '../platform/http/field-faults.js';
import type { FieldClass } from '../platform/http/field-registry.js';
import { isObject } from '../platform/http/field-rules.js';
import { invalidInput } from '../platform/http/invalid-input.js';
import { builtInTemplates } from './built-in/built-in.js';
import { checkGraph, readGraphDraft, warnAboutGraph } from '../work/contract.js';
import { PipelineRequest } from './graph.request.js';
import { type PipelineContent, pipelineTemplate } from './pipeline-template.policy.js';
import { readDraft, readHeadingDraft } from './template-draft.policy.js';
import type { TemplateContent } from './template.events.js';
import { checkHeading, checkTemplate } from './template.policy.js';
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
  const fields = requireObject(sent);
  const draft = readDraft(fields);
  const errors = errorsIn(TemplateContentRequest, fields, [
    ...reservedKey(draft),
    ...checkTemplate(draft, expressionChecks),
  ]);
  return examined(fields as TemplateContent, errors, () => warnAbout(draft, expressionChecks));
}

/** Looks at a graph that is a pipeline by itself in the same way; `content` is the template it is short for. */
export function examinePipeline(sent: unknown): Examination {
  const fields = requireObject(sent);
  const heading = readHeadingDraft(fields);
  const graph = readGraphDraft(fields);
  const misconceived = [...reservedKey(heading), ...checkHeading(heading), ...checkGraph(graph, expressionChecks)];
  const errors = errorsIn(PipelineRequest, fields, misconceived);
  return examined(pipelineTemplate(fields as PipelineContent), errors, () => warnAboutGraph(graph, expressionChecks));
}

function requireObject(sent: unknown): Readonly<Record<string, unknown>> {
  if (isObject(sent)) return sent;
  throw invalidInput([{ pointer: '', detail: 'must be a JSON object.' }]);
}

function errorsIn(type: FieldClass, sent: object, misconceived: readonly Problem[]): readonly Problem[] {
  const misshapen = fieldFaults(type, sent).map(shapeProblem);
  const places = new Set(misshapen.map(({ path }) => path));
  return [...misshapen, ...misconceived.filter(({ path }) => !isWithin(path, places))];
}

function examined(
  content: TemplateContent,
  errors: readonly Problem[],
  warnings: () => readonly Problem[],
): Examination {
  return {
    content,
    errors: errors.slice(0, MAX_PROBLEMS).map(brief),
    warnings: errors.length > 0 ? [] : warnings().slice(0, MAX_PROBLEMS).map(brief),
  };
}

/** A version of a tenant's own would stand until the next start, which would publish the built-in one over it. */
function reservedKey({ key }: Readonly<{ key: string }>): readonly Problem[] {
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

/** Whether a path is one of the places, or leads into one. */
function isWithin(path: string, places: ReadonlySet<string>): boolean {
  for (let end = path.length; end !== -1; end = path.lastIndexOf('/', end - 1)) {
    if (places.has(path.slice(0, end))) return true;
    if (end === 0) return false;
  }
  return false;
}

/** What was sent may be long, and is repeated here. */
function brief(found: Problem): Problem {
  const shortened = Object.entries(found).map(([name, value]) => [
    name,
    typeof value === 'string' ? short(value) : value,
  ]);
  return Object.fromEntries(shortened) as Problem;
}

function short(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH).toWellFormed()}...`;
}
