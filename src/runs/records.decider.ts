import { refuse } from '../kernel/domain-error.js';
import { requiredReason, risksOf, stageAtHand, unlockedStage } from './guards.decider.js';
import { isSameJson, own } from '../kernel/json-values.js';
import type { DismissRisk, RaiseRisk, RecordFacts, RecordResult, SuggestFocus } from './run-command.decider.js';
import type { Running } from './run-state.decider.js';
import type { RunEvent } from './run.events.js';

// What a run holds is loaded for every command on it, so it is bounded.
const MAX_RISKS = 50;
export const MAX_FACTS_LENGTH = 65_536;

export function raiseRisk(run: Running, { data, freshId }: RaiseRisk): readonly RunEvent[] {
  const stage = unlockedStage(run, data.stage);
  const { type, message } = data;
  const isKnown = risksOf(run, stage).some((risk) => !risk.dismissed && risk.type === type && risk.message === message);
  if (isKnown) return []; // The same open risk, raised twice, is one risk.
  if (risksOf(run, stage).length >= MAX_RISKS) {
    const message = `Stage "${stage.definition.name}" has ${String(MAX_RISKS)} risks, dismissed ones included: that is the limit.`;
    throw refuse('limit-reached', message, { limit: MAX_RISKS });
  }
  return [{ type: 'risk.raised', detail: { stage: data.stage, risk_id: freshId, type, message } }];
}

export function dismissRisk(run: Running, { data }: DismissRisk): readonly RunEvent[] {
  const stage = unlockedStage(run, data.stage);
  const risk = risksOf(run, stage).find(({ id }) => id === data.riskId);
  if (risk === undefined) {
    throw refuse('risk-not-found', `Stage "${stage.definition.name}" has no risk ${data.riskId}.`);
  }
  if (risk.dismissed) return [];
  const reason = requiredReason(data.reason, 'dismissing a risk');
  return [{ type: 'risk.dismissed', detail: { stage: data.stage, risk_id: risk.id }, reason }];
}

export function suggestFocus(run: Running, { data }: SuggestFocus): readonly RunEvent[] {
  const stage = unlockedStage(run, data.stage);
  if (isSameJson(stage.focus, data.focus)) return [];
  return [{ type: 'focus.suggested', detail: { stage: data.stage, focus: data.focus } }];
}

export function recordResult(run: Running, { data }: RecordResult): readonly RunEvent[] {
  const stage = unlockedStage(run, data.stage);
  const result = {
    outcome: data.outcome,
    score: data.score ?? null,
    feedback: data.feedback ?? null,
    data: data.data ?? null,
  };
  if (isSameJson(stage.result, result)) return []; // Also where a rule that it satisfied has moved the run on.
  stageAtHand(run, data.stage, 'in_progress');
  return [{ type: 'stage.result_recorded', detail: { stage: data.stage, ...result } }];
}

/** Facts are merged by key; a later value replaces an earlier one. */
export function recordFacts(run: Running, { data: { facts, trigger } }: RecordFacts): readonly RunEvent[] {
  const isNews = Object.entries(facts).some(([key, value]) => !isSameJson(value, own(run.facts, key)));
  if (!isNews) return [];
  if (JSON.stringify({ ...run.facts, ...facts }).length > MAX_FACTS_LENGTH) {
    const message = `A run keeps ${String(MAX_FACTS_LENGTH)} characters of facts, as JSON. Keep what is larger elsewhere and record where.`;
    throw refuse('limit-reached', message, { limit: MAX_FACTS_LENGTH });
  }
  return [{ type: 'facts.recorded', detail: { facts, trigger } }];
}
