import { describe, expect, it } from '@jest/globals';
import { atDraftGate, command, founder, history, recorded } from '../../../test/support/run-story.js';
import { project } from '../../kernel/projection.js';
import type { RunCommand } from '../run-command.decider.js';
import { decisionGates, type DecisionGateRow } from './decision-gate.projection.js';

function gateAfter(...commands: readonly RunCommand[]): DecisionGateRow | undefined {
  const rows = project(decisionGates, new Map(), recorded(history(...atDraftGate, ...commands)));
  return rows.get('fresh-5');
}

const isFinal = (row: DecisionGateRow | undefined) => (row === undefined ? undefined : decisionGates.isFinal?.(row));

describe('the decision_gates read model', () => {
  it('shows an open gate with its evidence', () => {
    const row = gateAfter();
    expect(row).toEqual({
      id: 'fresh-5',
      tenantId: 'tenant-1',
      streamVersion: 8,
      runId: 'run-1',
      stage: 'draft',
      stageNumber: 1,
      gateType: 'decision',
      status: 'pending',
      options: ['proceed', 'narrow', 'pivot', 'park'],
      allowedDeciders: ['founder', 'approver'],
      reasonRequiredFor: ['pivot', 'park'],
      decision: null,
      decidedByActor: null,
      decidedAt: null,
      reason: null,
      context: null,
      evidence: expect.objectContaining({ progress_percent: 75, open_risks: [], result: null }),
      rules: [],
      ruleFailure: null,
      votes: [],
      quorum: null,
      excluded: [],
      escalateTo: [],
      policy: null,
      delegations: [],
      expiresAt: '2026-03-01T13:00:00.000Z',
      remindAt: '2026-03-01T12:45:00.000Z',
      remindedAt: null,
      createdAt: 'recorded-8',
    });
    expect(isFinal(row)).toBe(false);
  });

  it('shows who decided what, when and why', () => {
    const scope = { drop_milestones: ['review'], note: 'Less is more' };
    const row = gateAfter(
      command('decide_gate', { gateId: 'fresh-5', decision: 'narrow', reason: 'Too wide', scope }, { by: founder }),
    );
    expect(row).toMatchObject({
      status: 'decided',
      decision: 'narrow',
      decidedByActor: { type: 'founder', id: 'ada' },
      decidedAt: 'occurred-9',
      reason: 'Too wide',
      context: { to_stage: null, scope },
      streamVersion: 9,
    });
    expect(isFinal(row)).toBe(true);
  });

  it('shows a gate that expired', () => {
    const expire = command('wake', {}, { now: '2026-03-02T00:00:00.000Z' });
    expect(gateAfter(expire)).toMatchObject({ status: 'expired', decision: null, reason: null });
  });

  it('shows why a gate was superseded', () => {
    expect(gateAfter(command('park', { reason: 'Summer' }))).toMatchObject({ status: 'superseded', reason: 'Summer' });
  });
});
