import { Injectable } from '@nestjs/common';
import { evaluation } from '../../platform/expressions/conditions.js';
import { evidenceOf } from '../gate-opening.decider.js';
import { RunHistory } from '../run-history.js';
import { type Begun, findStage } from '../run-state.decider.js';
import { FoundGates } from './found-gates.js';
import type { DecisionGateRow } from './decision-gate.projection.js';
import { gateOnWire } from './gate-on-wire.js';
import type { GateResponse } from './gate.response.js';

/** A gate with the evidence there is to judge it by: of a pending one as of now, of another as of its decision. */
@Injectable()
export class GateEvidence {
  constructor(
    private readonly gates: FoundGates,
    private readonly history: RunHistory,
  ) {}

  /** A gate with its evidence and the run version that is from. @throws DomainError `gate-not-found` */
  async of(tenantId: string, gateId: string): Promise<Readonly<{ gate: GateResponse; runVersion: number }>> {
    const gate = await this.gates.get(tenantId, gateId);
    if (gate.status !== 'pending') return { gate: gateOnWire(gate), runVersion: gate.streamVersion };
    const { state, version } = await this.history.stateOf(tenantId, gate.runId);
    return { gate: withEvidence(gate, state), runVersion: version };
  }
}

function withEvidence(gate: DecisionGateRow, run: Begun): GateResponse {
  const stage = findStage(run, gate.stage);
  return stage === undefined ? gateOnWire(gate) : { ...gateOnWire(gate), evidence: evidenceOf(run, stage, evaluation) };
}
