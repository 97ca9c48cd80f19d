import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { openBackstage } from '../support/backstage.js';
import { accepted, decide, readRun, type RunBody } from '../support/founder-walk.js';
import { crowdTemplate } from '../support/hiring-crowd.js';
import { asOwner } from '../support/read-model-fold.js';
import { sealedPosition } from '../support/sealed-position.js';
import { keyFor, startFounderRun, startTestService } from '../support/service.js';

type Row = Readonly<Record<string, unknown>>;
type Stage = Readonly<{ stage: string }> & Row;
type Insights = Readonly<Record<'funnel' | 'cycle-times' | 'gates', readonly Stage[]>>;
type Moment = Readonly<{ crowd: Insights; founder: Insights; rows: readonly string[]; events: readonly string[] }>;

let service: Awaited<ReturnType<typeof startTestService>>;
let api: ApiClient;
let moved = '';
let before: Moment;
let after: Moment;

beforeAll(async () => {
  service = await startTestService();
  const backstage = await openBackstage(service.connection);
  await backstage.publish(crowdTemplate);
  await backstage.close();
  const roles = ['operator', 'viewer'];
  api = service.api.as(await keyFor(service.api, { roles, actor_type: 'founder', actor_id: 'hana' }));
  const { runId } = await startFounderRun(service.api);
  moved = await runAtGateOf('phone');
  const others = [await runAtGateOf('test'), await runAtGateOf('phone'), await runAtGateOf('phone'), runId];
  accepted(await api.post(`/pipeline/${String(others[1])}/cancel`, { reason: 'No', outcome: 'rejected' }));
  accepted(await api.post(`/pipeline/${String(others[2])}/park`, { reason: 'Later' }));
  before = await lookAround(...others, moved);
  const gate = String((await readRun(api, moved)).open_gate_id);
  await decide(api, gate, { decision: 'pivot', to_stage: 'test', reason: 'The test says nothing' });
  after = await lookAround(moved);
}, 60_000);
afterAll(() => service.close());

async function runAtGateOf(stage: string): Promise<string> {
  let run = accepted(await api.post<RunBody>('/pipeline/start', { template: 'crowd' }));
  for (;;) {
    const path = `/pipeline/${run.id}/stages/${run.current_stage}/complete`;
    run = accepted(await api.post<RunBody>(path));
    if (run.current_stage === stage) return run.id;
    ({ run } = await decide(api, run.open_gate_id, { decision: 'proceed' }));
  }
}

/** Everything there is to see, once the last events of these runs are counted. */
async function lookAround(...runIds: readonly string[]): Promise<Moment> {
  const positions = await Promise.all(runIds.map((id) => sealedPosition(api, id)));
  const fresh = `min_position=${String(Math.max(...positions))}`;
  const insightsOf = async (template: string): Promise<Insights> => ({
    funnel: await itemsOf(`/insights/funnel?template=${template}&${fresh}`),
    'cycle-times': await itemsOf(`/insights/cycle-times?template=${template}&${fresh}`),
    gates: await itemsOf(`/insights/gates?template=${template}&${fresh}`),
  });
  const [crowd, founder] = [await insightsOf('crowd'), await insightsOf('founder')];
  return { crowd, founder, ...(await stored()) };
}

/** What an insight counts; how long something has been open grows by itself, and is left out. */
async function itemsOf(path: string): Promise<readonly Stage[]> {
  const { items } = accepted(await api.get<{ items: readonly Stage[] }>(path));
  const ageless = (name: string, value: unknown) => {
    if (name === 'open') return { count: (value as { count: number }).count };
    return name === 'open_longest_seconds' ? undefined : value;
  };
  return JSON.parse(JSON.stringify(items, ageless)) as readonly Stage[];
}

/** Each row of every read model and each event, as text. */
function stored(): Promise<Pick<Moment, 'rows' | 'events'>> {
  return asOwner(service.connection, async (client) => {
    const texts = async (statement: string) =>
      (await client.query<{ text: string }>(statement)).rows.map(({ text }) => text);
    const rows: string[] = [];
    for (const table of await texts('select name as text from read_models order by 1'))
      rows.push(...(await texts(`select '${table} ' || to_jsonb(t)::text as text from ${table} t order by 1`)));
    return { rows, events: await texts('select to_jsonb(e)::text as text from stage_events e order by 1') };
  });
}

const at = (items: readonly Stage[], key: string) => items.find(({ stage }) => stage === key);

describe('moving a candidate back', () => {
  it('changes where the funnel says it stands', () => {
    const [then, now] = [before.crowd.funnel, after.crowd.funnel];
    expect(at(then, 'test')).toMatchObject({ entered: 4, passed: 3, in_stage: 1, moved_back: 0 });
    expect(at(now, 'test')).toEqual({ ...at(then, 'test'), passed: 2, in_stage: 2 });
    expect(at(then, 'phone')).toMatchObject({ entered: 3, in_stage: 2, parked: 1, moved_back: 0 });
    expect(at(now, 'phone')).toEqual({ ...at(then, 'phone'), in_stage: 1, moved_back: 1 });
    for (const stage of ['screen', 'onsite', 'debrief', 'offer']) expect(at(now, stage)).toEqual(at(then, stage));
  });

  it('adds to the spells and gates of its own two stages what it spent there', () => {
    const added = (insight: 'cycle-times' | 'gates') =>
      after.crowd[insight].filter(
        (stage, index) => JSON.stringify(stage) !== JSON.stringify(before.crowd[insight][index]),
      );
    expect(added('cycle-times')).toMatchObject([
      { stage: 'test', waiting: { count: 5 }, working: { count: 4, open_count: 1 } },
      { stage: 'phone', at_gate: { count: 1, open_count: 0 } },
    ]);
    expect(added('gates')).toMatchObject([
      { stage: 'phone', open: { count: 0 }, decided: { count: 1, by_decision: { pivot: 1 } }, superseded: 2 },
    ]);
  });

  it('leaves the insights of other templates as they were', () => expect(after.founder).toEqual(before.founder));

  it('leaves every row that is not of its run as it was, byte by byte', () => {
    const ofOthers = ({ rows }: Moment) => rows.filter((row) => !row.includes(moved));
    expect(ofOthers(before).length).toBeGreaterThan(30);
    expect(ofOthers(after)).toEqual(ofOthers(before));
  });

  it('leaves the history as it was, and adds to its own', () => {
    const known = new Set(before.events);
    expect(after.events.filter((event) => known.has(event))).toEqual(before.events);
    const added = after.events.filter((event) => !known.has(event));
    expect(added).toHaveLength(5);
    for (const event of added) expect(event).toContain(moved);
  });
});
