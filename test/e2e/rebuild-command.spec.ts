import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stageline } from '../support/command-line.js';
import { ADMIN_KEY, startFounderRun, startTestService } from '../support/service.js';

describe('stageline rebuild', () => {
  let service: Awaited<ReturnType<typeof startTestService>>;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    service = await startTestService();
    env = { STAGELINE_URL: service.url, STAGELINE_KEY: ADMIN_KEY };
    await startFounderRun(service.api);
  });
  afterAll(() => service.close());

  it('follows a rebuild to its end and says what came of it', async () => {
    const { code, out, err } = await stageline(['rebuild', 'projects'], env);
    expect({ code, out }).toEqual({ code: 0, out: 'projects: rebuilt, as it was.\n' });
    expect(err).toMatch(/^projects: /);
  });

  it('rebuilds all', async () => {
    const { code, out } = await stageline(['rebuild', '--all'], env);
    const names = [
      'candidates',
      'decision_gates',
      'job_profiles',
      'pipeline_runs',
      'projects',
      'run_journeys',
      'stage_configs',
      'templates',
    ];
    expect(code).toBe(0);
    for (const name of names) expect(out).toContain(`${name}: rebuilt, as it was.\n`);
  }, 60_000);

  it('ends with 1 where there is no such projection', async () => {
    const { code, err } = await stageline(['rebuild', 'nope'], env);
    expect(code).toBe(1);
    expect(err).toContain('projection-not-found');
  });
});
