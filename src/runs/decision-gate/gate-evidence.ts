import { Injectable } from '@nestjs/common';
import type { Caller } from '../../kernel/command-context.js';
import { evaluation } from '../../platform/expressions/conditions.js';
import { decidingAs } from '../commands/act-on-run.js';
import { evidenceOf } from '../gate-opening.decider.js';
import { RunHistory } from '../run-history.js';
import { type Begun, findStage } from '../run-state.decider.js';
import { FoundGates } from './found-gates.js';
import { gateOnWire } from './gate-on-wire.js';
import type { GateResponse } from './gate.response.js';
import { GateSettings } from './gate-setting.js';

/** A gate with the evidence there is to judge it by: of a pending one as of now, of another as of its decision. */
@Injectable()
export class GateEvidence {
  constructor(
    private readonly gates: FoundGates,
    private readonly settings: GateSettings,
    private readonly history: RunHistory,
  ) {}

  /** A gate with its evidence and the run version that is from, as a caller sees it at that time. @throws DomainError `gate-not-found` */
  async of(caller: Caller, gateId: string, now: string): Promise<Readonly<{ gate: GateResponse; runVersion: number }>> {
    const { tenantId } = caller;
    const found = await this.gates.get(tenantId, gateId);
    const setting = (await this.settings.of(tenantId, [found])).get(gateId);
    const gate = gateOnWire(found, { setting, by: decidingAs(caller), now });
    if (found.status !== 'pending') return { gate, runVersion: found.streamVersion };
    const { state, version } = await this.history.stateOf(tenantId, found.runId);
    return { gate: withEvidence(gate, state), runVersion: version };
  }
}

function withEvidence(gate: GateResponse, run: Begun): GateResponse {
  const stage = findStage(run, gate.stage);
  return stage === undefined ? gate : { ...gate, evidence: evidenceOf(run, stage, evaluation) };
}
