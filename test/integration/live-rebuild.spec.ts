import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, expectReadModelsToEqualFold } from '../support/read-model-fold.js';
import { startPlaying } from '../support/playing-clients.js';
import { projectionOf, projectionsOf, rebuild } from '../support/rebuilding.js';
import { startFounderRun, startTestService } from '../support/service.js';

const CLIENTS = 8;
/** Every read model is rebuilt over and over for so long: STAGELINE_SOAK_SECONDS=60 for a soak. */
const SOAK_SECONDS = Number(process.env['STAGELINE_SOAK_SECONDS'] ?? 5);
/** Waits that a client may see: a second for the switch, and what a busy machine adds. */
const LONGEST_MS = 5000;

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService();
}, 30_000);
afterAll(() => service.close(), 30_000);

describe('rebuilding every read model while clients hammer', () => {
  it(
    'fails no command, stalls none, and ends with the rows that a fresh fold has',
    async () => {
      const { api, connection } = service;
      const playing = startPlaying([api], CLIENTS);
      const deadline = performance.now() + SOAK_SECONDS * 1000;
      while (performance.now() < deadline) {
        const names = (await projectionsOf(api)).map(({ name }) => name);
        for (const { name, ...ended } of await Promise.all(names.map((each) => rebuild(api, each)))) {
          expect({
            name,
            status: ended.rebuild?.status,
            error: ended.rebuild?.error,
            report: ended.rebuild?.report,
          }).toEqual({
            name,
            status: 'done',
            error: null,
            report: { only_live: 0, only_rebuilt: 0, different: 0, differences_expected: false },
          });
        }
      }
      const { statuses, runCount, longestMs } = await playing.stop();
      expect(statuses).toEqual([200]);
      expect(runCount).toBeGreaterThan(0);
      expect(longestMs).toBeLessThan(LONGEST_MS);
      await expectReadModelsToEqualFold(connection);
    },
    120_000 + SOAK_SECONDS * 2000,
  );

  it('leaves none out', async () => {
    const tables = await asOwner(service.connection, async (client) => {
      const { rows } = await client.query<{ name: string }>('select name from read_models order by name');
      return rows.map(({ name }) => name);
    });
    expect((await projectionsOf(service.api)).map(({ name }) => name).toSorted()).toEqual(tables);
  });

  it('finds candidates and job profiles as they are, without anybody’s key', async () => {
    const { api, connection } = service;
    await api.post('/candidates', { name: 'Robin Fairweather' });
    await api.post('/job-profiles', { title: 'Software engineer' });
    for (const name of ['candidates', 'job_profiles']) {
      const { rebuild: ended } = await rebuild(api, name);
      expect(ended).toMatchObject({ status: 'done', events_done: 1, report: { different: 0, only_live: 0 } });
    }
    await expectReadModelsToEqualFold(connection);
  }, 60_000);

  it('mends rows that were changed by hand, and says how many were wrong', async () => {
    const { api, connection } = service;
    const { runId } = await startFounderRun(api);
    await asOwner(connection, async (client) => {
      await client.query('update pipeline_runs set progress_percent = 99 where id = $1', [runId]);
      const other = (await client.query<{ id: string }>('select id from pipeline_runs where id <> $1', [runId])).rows;
      await client.query('delete from pipeline_runs where id = $1', [other[0]?.id]);
      await client.query('update pipeline_runs set id = gen_random_uuid() where id = $1', [other[1]?.id]);
    });
    const { rebuild: ended } = await rebuild(api, 'pipeline_runs');
    expect(ended?.report).toMatchObject({ only_live: 1, only_rebuilt: 2, different: 1 });
    await expectReadModelsToEqualFold(connection);
  }, 60_000);

  it('keeps the replaced rows until they are dropped', async () => {
    const { api, connection } = service;
    const tables = () =>
      asOwner(connection, async (client) => {
        const { rows } = await client.query<{ name: string }>(
          "select relname as name from pg_class where relname ~ '_(previous|next)$' and relname ~ '^(pk_|ix_)?projects' order by 1",
        );
        return rows.map(({ name }) => name);
      });
    expect(await tables()).toEqual(['ix_projects_tenant_previous', 'pk_projects_previous', 'projects_previous']);
    expect((await api.send('DELETE', '/projections/projects/previous')).status).toBe(204);
    expect(await tables()).toEqual([]);
    expect(await projectionOf(api, 'projects')).toMatchObject({ previous_kept: false, status: 'live' });
  });
});
