import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TemplateContent } from '../../src/templates/template.events.js';
import type { ApiClient } from '../support/api-client.js';
import { openBackstage } from '../support/backstage.js';
import { accepted, type RunBody, readRun } from '../support/founder-walk.js';
import { keyFor, startDocumentedService } from '../support/service.js';
import { sealedPosition } from '../support/sealed-position.js';

const page = readFileSync(new URL('../../docs/insights.md', import.meta.url), 'utf8');
const json = [...page.matchAll(/^```json\n([^]*?)^```$/gm)].map(([, text]) => JSON.parse(text ?? '') as unknown);
const acts = [...page.matchAll(/^\| (\d\d:\d\d) \| (\w+) \| (.*?) \|$/gm)].map(([, at, who, act]) => ({
  at: `2026-03-02T${String(at)}:00Z`,
  who: String(who),
  act: String(act),
}));

type Items = Readonly<{ items: readonly Readonly<{ stage: string }>[] }>;

let service: Awaited<ReturnType<typeof startDocumentedService>>;
let api: ApiClient;
let minPosition = 0;
const runs = new Map<string, string>();
beforeAll(async () => {
  service = await startDocumentedService();
  const backstage = await openBackstage(service.connection);
  await backstage.publish(json[0] as TemplateContent);
  await backstage.close();
  api = service.api.as(
    await keyFor(service.api, { roles: ['operator', 'viewer'], actor_type: 'founder', actor_id: 'hana' }),
  );
  for (const each of acts) await play(each);
  const positions = await Promise.all([...runs.values()].map((id) => sealedPosition(api, id)));
  minPosition = Math.max(...positions);
});
afterAll(() => service.close());

/** What the words of the page's table stand for. */
async function play({ at, who, act }: (typeof acts)[number]): Promise<void> {
  const headers = { 'x-occurred-at': at };
  const post = async (path: string, body?: object) => accepted(await api.post<RunBody>(path, body, { headers }));
  if (act === 'begins') {
    runs.set(who, (await post('/pipeline/start', { template: 'example' })).id);
    return;
  }
  const run = `/pipeline/${String(runs.get(who))}`;
  const [verb, object = ''] = act.split(' ');
  if (verb === 'starts') await post(`${run}/stages/${object}/start`);
  else if (verb === 'completes') await post(`${run}/stages/${object}/complete`);
  else if (verb === 'decides') {
    const { open_gate_id: gate } = await readRun(api, String(runs.get(who)));
    await post(`/gates/${String(gate)}/decision`, { decision: object });
  } else if (object === 'parked') await post(`${run}/park`, { reason: 'Away' });
  else if (object === 'unparked') await post(`${run}/unpark`, { reason: 'Back' });
  else await post(`${run}/cancel`, { reason: 'So it is', outcome: object });
}

describe('the example in docs/insights.md', () => {
  it('is a story of four runs', () => expect([acts.length, runs.size]).toEqual([23, 4]));

  it.each([
    ['now', () => `min_position=${String(minPosition)}`],
    ['as of a moment', () => `as_of=${new Date().toISOString()}`],
  ])('has the numbers that its story leads to, %s', async (_when, when) => {
    const itemsOf = async (insight: string) =>
      accepted(await api.get<Items>(`/insights/${insight}?template=example&${when()}`)).items;
    expect(await itemsOf('funnel')).toEqual(json[1]);
    expect((await itemsOf('cycle-times')).find(({ stage }) => stage === 'onsite')).toEqual(json[2]);
    expect((await itemsOf('gates')).find(({ stage }) => stage === 'screen')).toEqual(json[3]);
  });
});
