import { accepted } from './founder-walk.js';
import { startDocumentedService, startFounderRun } from './service.js';

const draft = {
  key: 'draft',
  name: 'Draft',
  milestones: {},
  exit_criteria: [{ key: 'sourced', text: 'It has sources' }],
};

/** A service with runs to work on: a founder's, and one through stages that have nothing but an exit criterion. */
export async function startRunService() {
  const service = await startDocumentedService();
  const stages = [draft, { ...draft, key: 'ship', name: 'Ship' }];
  await service.api.post('/templates', { key: 'checked', name: 'Checked', stages });

  const startRun = async () => {
    const { runId, projectId } = await startFounderRun(service.api);
    return { runId, projectId, path: `/pipeline/${runId}`, stage: `/pipeline/${runId}/stages/thesis_defined` };
  };
  const startChecked = async () => {
    const { id } = accepted(await service.api.post<{ id: string }>('/pipeline/start', { template: 'checked' }));
    return { runId: id, stage: `/pipeline/${id}/stages/draft` };
  };
  return { ...service, startRun, startChecked };
}
