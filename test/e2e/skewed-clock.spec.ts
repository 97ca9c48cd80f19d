import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { accepted } from '../support/founder-walk.js';
import { delayed } from '../support/plain-graphs.js';
import { startTestService } from '../support/service.js';
import { until } from '../support/wait.js';

const HOUR_MS = 3_600_000;

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService();
  const { edges, nodes } = delayed(0.5);
  accepted(await service.api.post('/pipelines', { key: 'rest', name: 'Rest', nodes, edges }));
});
afterEach(() => {
  jest.useRealTimers();
});
afterAll(() => service.close());

/** The clock of this process, which is also the service's, and nothing else that tells time. */
const setClockBy = (ms: number) => {
  const doNotFake = ['performance', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;
  const timers = ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const;
  jest.useFakeTimers({ now: Date.now() + ms, doNotFake: [...doNotFake, ...timers] });
};

describe('a service whose clock is wrong', () => {
  it.each([
    ['fast', HOUR_MS],
    ['slow', -2 * HOUR_MS],
  ])('lets a graph rest for as long as it says, though it is %s', async (_how, ms) => {
    setClockBy(ms);
    const { id } = accepted(await service.api.post<{ id: string }>('/pipeline/start', { template: 'rest' }));
    const status = async () => (await service.api.get<{ status: string }>(`/pipeline/${id}`)).body.status;
    await until('the run ended', async () => (await status()) !== 'running');
    expect(await status()).toBe('completed');
    const { items } = (
      await service.api.get<{ items: { node_id: string; duration_ms: number }[] }>(`/pipeline/${id}/nodes`)
    ).body;
    const restedMs = items.find(({ node_id }) => node_id === 'rest')?.duration_ms ?? 0;
    expect(restedMs).toBeGreaterThanOrEqual(500);
    expect(restedMs).toBeLessThan(HOUR_MS / 2);
  });
});
