import { type StreamType, inline } from '../platform/event-store/stream-type.js';
import { type CandidateState, type RegisterCandidateCommand, candidateDecider } from './candidate.decider.js';
import { type CandidateEvent, candidateCatalogue } from './candidate.events.js';
import { candidates } from './candidate/candidate.projection.js';

/** A candidate's stream: its rules and the read model written with each append. */
export const candidateStream: StreamType<CandidateState, RegisterCandidateCommand, CandidateEvent> = {
  name: 'candidate',
  decider: candidateDecider,
  catalogue: candidateCatalogue,
  stateVersion: 1,
  projections: [inline(candidates)],
};
