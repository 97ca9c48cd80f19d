import { describe, expect, it } from '@jest/globals';
import { startFormOf } from './start-form.js';

const candidate_id = 'candidate-1';
const job_profile_id = 'job-1';
const project_id = 'project-1';

describe('what a start is about', () => {
  it.each([
    [{ template: 'trial' }, { subject: { type: 'none' }, template: 'trial' }],
    [
      { template: 'trial', project_id },
      { subject: { type: 'project', project_id }, template: 'trial' },
    ],
    [
      { candidate_id, job_profile_id },
      { subject: { type: 'application', candidate_id, job_profile_id }, template: 'swe1-hiring' },
    ],
    [
      { candidate_id, job_profile_id, template: { key: 'trial', version: 2 } },
      { subject: { type: 'application', candidate_id, job_profile_id }, template: { key: 'trial', version: 2 } },
    ],
  ])('is read from %j', (request, form) => {
    expect(startFormOf(request)).toEqual(form);
  });

  it.each([
    [{}, '/template'],
    [{ project_id }, '/template'],
    [{ candidate_id }, '/job_profile_id'],
    [{ job_profile_id, template: 'trial' }, '/candidate_id'],
    [{ candidate_id, project_id, template: 'trial' }, '/project_id'],
    [{ job_profile_id, project_id }, '/project_id'],
    [{ candidate_id, job_profile_id, project_id }, '/project_id'],
  ])('is not to be read from %j', (request, pointer) => {
    const read = () => startFormOf(request);
    expect(read).toThrow(
      expect.objectContaining({ code: 'invalid-input', details: { errors: [expect.objectContaining({ pointer })] } }),
    );
  });
});
