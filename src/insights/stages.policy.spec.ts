import { describe, expect, it } from '@jest/globals';
import type { StageDefinition } from '../templates/contract.js';
import { stagesToList } from './stages.policy.js';

const stage = (key: string, more: Partial<StageDefinition> = {}): StageDefinition => ({
  key,
  name: key.toUpperCase(),
  milestones: {},
  exit_criteria: [],
  ...more,
});

describe('the stages that insights list', () => {
  it('are the template’s, in order, counted or not', () =>
    expect(stagesToList([stage('screen'), stage('onsite')], [{ stage: 'onsite', number: 2 }])).toEqual([
      { stage: 'screen', number: 1, name: 'SCREEN' },
      { stage: 'onsite', number: 2, name: 'ONSITE' },
    ]));

  it('leave out those that are locked', () =>
    expect(stagesToList([stage('screen'), stage('vault', { locked: true }), stage('onsite')], [])).toMatchObject([
      { stage: 'screen', number: 1 },
      { stage: 'onsite', number: 3 },
    ]));

  it('include those that only other versions have, by the last number they had', () =>
    expect(
      stagesToList(
        [stage('screen'), stage('onsite')],
        [
          { stage: 'phone', number: 1 },
          { stage: 'phone', number: 2 },
          { stage: 'chat', number: 2 },
        ],
      ).map(({ stage: key, name }) => [key, name]),
    ).toEqual([
      ['screen', 'SCREEN'],
      ['onsite', 'ONSITE'],
      ['chat', null],
      ['phone', null],
    ]));
});
