import type { Decider } from '../kernel/decider.js';
import type { CandidateEvent } from './candidate.events.js';

/** Whether there is such a candidate yet. */
export type CandidateState = Readonly<{ exists: boolean }>;

/** Register the candidate whose id is the stream's. Encrypted at the edge: an iv is chance, and travels as data. */
export type RegisterCandidateCommand = Readonly<{ type: 'register_candidate'; data: CandidateEvent['detail'] }>;

/** The rules of one candidate. */
export const candidateDecider: Decider<CandidateState, RegisterCandidateCommand, CandidateEvent> = {
  initialState: { exists: false },
  decide: ({ exists }, { data }) => (exists ? [] : [{ type: 'candidate.registered', detail: data }]),
  evolve: () => ({ exists: true }),
};
