import { invalidInput } from '../../platform/http/invalid-input.js';
import type { Subject } from '../run.events.js';
import type { StartRunRequest, TemplateChoice } from './start-run.request.js';

/** What a candidate goes through unless another template is named. */
const APPLICATION_TEMPLATE = 'swe1-hiring';

/** What is started about whom, once it is clear which of the three forms of a start was sent. */
export type StartForm = Readonly<{ subject: Subject; template: TemplateChoice }>;

/**
 * Reads a start about a candidate for a job profile, about a project, or about nothing outside itself.
 *
 * @throws DomainError `invalid-input` where the forms are mixed, or one is only half there.
 */
export function startFormOf(request: StartRunRequest): StartForm {
  const { candidate_id: candidateId, job_profile_id: jobProfileId, project_id: projectId } = request;
  if (candidateId === undefined && jobProfileId === undefined) return otherForm(request);
  if (projectId !== undefined) throw fault('/project_id', 'cannot be given together with a candidate or job profile.');
  if (candidateId === undefined) throw fault('/candidate_id', 'is required with job_profile_id.');
  if (jobProfileId === undefined) throw fault('/job_profile_id', 'is required with candidate_id.');
  return {
    subject: { type: 'application', candidate_id: candidateId, job_profile_id: jobProfileId },
    template: request.template ?? APPLICATION_TEMPLATE,
  };
}

function otherForm({ project_id: projectId, template }: StartRunRequest): StartForm {
  if (template === undefined)
    throw fault('/template', 'is required, unless a candidate_id and a job_profile_id are given.');
  return { subject: projectId === undefined ? { type: 'none' } : { type: 'project', project_id: projectId }, template };
}

function fault(pointer: string, detail: string) {
  return invalidInput([{ pointer, detail }]);
}
