import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startFounderRun, startTestService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

describe('a founder’s run', () => {
  it('equals, at every version, what the service answered then', async () => {
    const { api } = service;
    const { runId } = await startFounderRun(api);
    const answers = [(await api.get(`/pipeline/${runId}`)).body];
    const step = async (path: string, body?: unknown) => {
      const answer = await api.post(path, body);
      expect(answer.status).toBe(200);
      answers.push((answer.body['run'] ?? answer.body) as Record<string, unknown>);
      return answer.body;
    };
    const stage = `/pipeline/${runId}/stages/thesis_defined`;
    await step(`${stage}/milestones/brief_generated/complete`);
    await step(`${stage}/risks`, { type: 'market', message: 'Crowded.' });
    await step(`${stage}/milestones/risks_identified/complete`);
    const completed = await step(`${stage}/complete`, { override: true, reason: 'We know this risk.' });
    await step(`/gates/${String(completed['open_gate_id'])}/decision`, {
      decision: 'narrow',
      scope: { keep: ['kiosks'] },
    });
    await step(`/pipeline/${runId}/park`, { reason: 'Winter.' });
    await step(`/pipeline/${runId}/unpark`, { reason: 'Spring.' });

    for (const answer of answers) {
      const replayed = await api.get(`/pipeline/${runId}?version=${String(answer['version'])}`);
      expect(replayed.body).toEqual(answer);
      const asOf = await api.get(`/pipeline/${runId}?as_of=${String(answer['updated_at'])}`);
      expect(asOf.body).toEqual(answer);
    }
    expect((await api.get(`/pipeline/${runId}`)).body).toEqual(answers.at(-1));
  });
});
