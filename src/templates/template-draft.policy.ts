import { optionsOf } from './gate.policy.js';
import { readGraphDraft } from '../work/contract.js';
import type {
  Decision,
  GateDefinition,
  MilestoneDefinition,
  StageDefinition,
  TemplateContent,
} from './template.events.js';

type Fields = Readonly<Record<string, unknown>>;

const everyOption: readonly Decision[] = [...optionsOf.decision, ...optionsOf.approval];

/**
 * What can be made of a template that is not in the right shape, so that the rest of its problems are found with the first try. What cannot be
 * read becomes something that nothing else depends on.
 */
export function readDraft(sent: Fields): TemplateContent {
  return { ...readHeadingDraft(sent), stages: list(sent['stages']).map(stage) };
}

/** The same of what a template is called by. */
export function readHeadingDraft(sent: Fields): Readonly<{ key: string; name: string }> {
  return { key: text(sent['key']), name: text(sent['name']) };
}

function stage(sent: Fields): StageDefinition {
  return {
    key: text(sent['key']),
    name: text(sent['name']),
    locked: sent['locked'] === true,
    milestones: Object.fromEntries(
      Object.entries(fields(sent['milestones'])).map(([key, each]) => [key, milestone(fields(each))]),
    ),
    exit_criteria: list(sent['exit_criteria']).map((each) => ({ key: text(each['key']), text: text(each['text']) })),
    ...(sent['graph'] === undefined ? {} : { graph: readGraphDraft(fields(sent['graph'])) }),
    ...(sent['advance'] === 'auto' ? { advance: sent['advance'] } : {}),
    ...(sent['gate'] === undefined ? {} : { gate: gate(fields(sent['gate'])) }),
  };
}

function milestone(sent: Fields): MilestoneDefinition {
  return {
    title: text(sent['title']),
    weight: typeof sent['weight'] === 'number' ? sent['weight'] : 0,
    ...(sent['completed_by'] === 'gate:proceed' ? { completed_by: sent['completed_by'] } : {}),
    ...(sent['also_completed_by'] === 'gate:narrow' ? { also_completed_by: sent['also_completed_by'] } : {}),
  };
}

function gate(sent: Fields): GateDefinition {
  const { expires_after_seconds: expiry, on_expiry: onExpiry, escalate_to: escalateTo, auto } = sent;
  const { quorum, no_self_approval: noSelfApproval, remind_before_seconds: ahead } = sent;
  const type = sent['gate_type'] === 'approval' ? 'approval' : 'decision';
  return {
    gate_type: type,
    options: Array.isArray(sent['options']) ? options(sent['options']) : optionsOf[type],
    decided_by: Array.isArray(sent['decided_by']) ? sent['decided_by'].map(text) : ['system'],
    reason_required_for: options(sent['reason_required_for']),
    ...(typeof expiry === 'number' ? { expires_after_seconds: expiry } : {}),
    ...(onExpiry === 'escalate' ? { on_expiry: onExpiry } : {}),
    ...(Array.isArray(escalateTo) ? { escalate_to: escalateTo.map(text) } : {}),
    ...(typeof quorum === 'number' ? { quorum } : {}),
    ...(typeof noSelfApproval === 'boolean' ? { no_self_approval: noSelfApproval } : {}),
    ...(typeof ahead === 'number' ? { remind_before_seconds: ahead } : {}),
    auto: list(auto).map((each) => ({ when: text(each['when']), decision: text(each['decision']) as Decision })),
  };
}

function options(sent: unknown): readonly Decision[] {
  return everyOption.filter((option) => Array.isArray(sent) && sent.includes(option));
}

function text(sent: unknown): string {
  return typeof sent === 'string' ? sent : '';
}

function list(sent: unknown): readonly Fields[] {
  return Array.isArray(sent) ? sent.map(fields) : [];
}

function fields(sent: unknown): Fields {
  return typeof sent === 'object' && sent !== null && !Array.isArray(sent) ? (sent as Fields) : {};
}
