import { describe, it } from '@jest/globals';
import { given } from '../../test/support/given.js';
import { candidateDecider } from './candidate.decider.js';
import type { CandidateEvent } from './candidate.events.js';
import { jobProfileDecider } from './job-profile.decider.js';
import type { JobProfileEvent } from './job-profile.events.js';

describe('creating a job profile', () => {
  const detail = { title: 'Software engineer', level: 'SWE I', skills: ['go'], description: null };
  const created: JobProfileEvent = { type: 'job_profile.created', detail };

  it('records what was said of it', () => {
    given(jobProfileDecider).when({ type: 'create_job_profile', data: detail }).then(created);
  });

  it('ignores one that is there', () => {
    given(jobProfileDecider, [created]).when({ type: 'create_job_profile', data: detail }).thenNothing();
  });
});

describe('registering a candidate', () => {
  const name = { encrypted: 'A256GCM', iv: 'aXY', tag: 'dGFn', ciphertext: 'Y3Q' } as const;
  const detail = { name, email: null, phone: null, links: null, external_id: 'ats-7' };
  const registered: CandidateEvent = { type: 'candidate.registered', detail };

  it('records the ciphertexts as they came', () => {
    given(candidateDecider).when({ type: 'register_candidate', data: detail }).then(registered);
  });

  it('ignores one that is there', () => {
    given(candidateDecider, [registered]).when({ type: 'register_candidate', data: detail }).thenNothing();
  });
});
