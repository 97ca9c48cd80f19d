import { Choice, KeyText, Nested, Text, TextList, TextMap, Whole } from '../../platform/http/fields.js';
import type { Decision } from '../../templates/contract.js';
import type { DecideGate } from '../run-command.decider.js';

export const decisions = [
  'proceed',
  'narrow',
  'pivot',
  'park',
  'approve',
  'send_back',
] as const satisfies readonly Decision[];

const MAX_REASON = 2000;

/** A hundred years: further than any clock of a gate reaches. */
const MAX_SECONDS = 3_153_600_000;

export class ScopeRequest {
  @TextList({ optional: true, max: 50, description: 'What is kept, for those who read it later.' })
  readonly keep?: readonly string[];

  @TextList({ optional: true, max: 50, description: 'Keys of milestones to drop; their weight goes to the others.' })
  readonly drop_milestones?: readonly string[];

  @Text({ optional: true, max: MAX_REASON })
  readonly note?: string;
}

export class SendBackRequest {
  @TextMap({ optional: true, maxLength: MAX_REASON, description: 'Milestones to be done again: why, by their keys.' })
  readonly milestones?: Readonly<Record<string, string>>;

  @TextMap({
    optional: true,
    maxLength: MAX_REASON,
    description: 'Nodes to run again, with all after them: why, by their ids.',
  })
  readonly nodes?: Readonly<Record<string, string>>;

  @Text({ optional: true, max: MAX_REASON, description: 'Stands for the reason where none is given.' })
  readonly note?: string;
}

export class DecideGateRequest {
  @Choice(decisions)
  readonly decision!: Decision;

  @Text({ optional: true, max: MAX_REASON, description: 'Needed where the gate says so.' })
  readonly reason?: string;

  @KeyText({ optional: true, description: 'Where a pivot goes back to. Defaults to the first stage.' })
  readonly to_stage?: string;

  @Nested(() => ScopeRequest, { optional: true, description: 'What narrowing keeps and drops.' })
  readonly scope?: ScopeRequest;

  @Nested(() => SendBackRequest, {
    optional: true,
    description: 'What is sent back. Without milestones and nodes it is the whole stage.',
  })
  readonly send_back?: SendBackRequest;
}

export class ExtendGateRequest {
  @Whole({ min: 1, max: MAX_SECONDS, description: 'From now; it has to reach beyond when the gate expires as it is.' })
  readonly seconds!: number;

  @Text({ max: MAX_REASON })
  readonly reason!: string;
}

export class DelegateGateRequest {
  @Text({ max: 200, example: 'bea', description: 'Who votes in your stead: the id of an actor, or the name of a key.' })
  readonly to!: string;

  @Text({ max: MAX_REASON })
  readonly reason!: string;
}

/** A decision as the rules take it. */
export function decisionIn(gateId: string, request: DecideGateRequest): DecideGate['data'] {
  const { decision, reason, to_stage: toStage, scope, send_back: sendBack } = request;
  return { gateId, decision, reason, toStage, scope: scope && { ...scope }, sendBack: sendBack && { ...sendBack } };
}
