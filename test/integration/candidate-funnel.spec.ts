import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type StageEventRow,
  eventColumns,
  eventOnWire,
  storedEvent,
} from '../../src/platform/event-store/stored-event.js';
import { type Backstage, openBackstage } from '../support/backstage.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { accepted } from '../support/founder-walk.js';
import { crowd, crowdTemplate } from '../support/hiring-crowd.js';
import { asOwner } from '../support/read-model-fold.js';
import { rebuild } from '../support/rebuilding.js';
import { startTestService } from '../support/service.js';
import { until } from '../support/wait.js';

const CANDIDATES = 10_000;
const AT_ONCE = 250;
const COUNTER = fileURLToPath(new URL('../../scripts/funnel/main.ts', import.meta.url));

type Stage = Readonly<{
  name?: unknown;
  stage: string;
  entered: number;
  passed: number;
  in_stage: number;
  parked: number;
  moved_back: number;
  dropped_out: { count: number };
}>;
type Funnel = Readonly<{ items: readonly Stage[]; as_of_position: number; head_position: number }>;

let service: Awaited<ReturnType<typeof startTestService>>;
let backstage: Backstage;
const folder = makeFolder();
beforeAll(async () => {
  service = await startTestService();
  backstage = await openBackstage(service.connection);
  await backstage.publish(crowdTemplate);
  const runs = crowd(CANDIDATES);
  for (let start = 0; start < runs.length; start += AT_ONCE) await backstage.append(runs.slice(start, start + AT_ONCE));
  const eventCount = runs.reduce((sum, { events }) => sum + events.length, 0);
  const areCounted = async () => {
    const { body } = await service.api.get<Funnel>('/insights/funnel?template=crowd');
    return body.head_position >= eventCount && body.as_of_position === body.head_position;
  };
  await until('all are counted', areCounted, 180_000);
}, 240_000);
afterAll(async () => {
  removeFolder(folder);
  await backstage.close();
  await service.close();
});

/** Every sealed event as the export writes it. */
async function exportTo(file: string): Promise<void> {
  await asOwner(service.connection, async (client) => {
    const lines = async function* () {
      for (let after = 0, size = 1; size > 0;) {
        const { rows } = await client.query<StageEventRow>(
          `select ${eventColumns}, l.position from sealed_events l join stage_events e using (stream_id, stream_version)
           where l.position > $1 order by l.position limit 5000`,
          [after],
        );
        yield rows.map((row) => `${JSON.stringify(eventOnWire(storedEvent(row)))}\n`).join('');
        size = rows.length;
        after = Number(rows.at(-1)?.position ?? after);
      }
    };
    await pipeline(Readable.from(lines()), createWriteStream(file));
  });
}

const withoutName = ({ name: _name, ...stage }: Stage) => stage;

describe('the funnel of ten thousand candidates', () => {
  it('equals the one that a separate program counts from the exported timeline', async () => {
    const file = join(folder, 'timeline.jsonl');
    await exportTo(file);
    const counted = JSON.parse(
      execFileSync(process.execPath, [COUNTER, file, 'crowd'], { encoding: 'utf8' }),
    ) as Stage[];
    const { items } = accepted(await service.api.get<Funnel>('/insights/funnel?template=crowd'));
    expect(items.map(withoutName)).toEqual(counted);
    expect(counted[0]).toMatchObject({ entered: CANDIDATES, percent_of_first: 100 });
    for (const stage of counted.slice(0, 5)) {
      const { entered, passed, in_stage: inStage, parked, dropped_out: out } = stage;
      expect(Math.min(entered, passed, inStage, parked, out.count)).toBeGreaterThan(0); // Nothing is equal because nothing happened.
    }
    for (const { moved_back: movedBack } of counted.slice(1, 5)) expect(movedBack).toBeGreaterThan(0);
  }, 120_000);

  it('is the same as of a moment after the last event', async () => {
    const live = accepted(await service.api.get<Funnel>('/insights/funnel?template=crowd'));
    const then = accepted(
      await service.api.get<Funnel>(`/insights/funnel?template=crowd&as_of=${new Date().toISOString()}`),
    );
    expect(then).toEqual(live);
  }, 60_000);

  it.each(['funnel', 'cycle-times', 'gates', 'funnel/phone/dropouts'])('answers %s of so many', async (insight) => {
    for (let round = 0; round < 8; round += 1) {
      accepted(await service.api.get(`/insights/${insight}?template=crowd`)); // From the sixth on a plan may be one for any template.
    }
  });

  it('is the same after a rebuild, which finds every row as it was', async () => {
    const before = accepted(await service.api.get<Funnel>('/insights/funnel?template=crowd'));
    const { rebuild: ended } = await rebuild(service.api, 'run_journeys');
    expect(ended).toMatchObject({ status: 'done', report: { only_live: 0, only_rebuilt: 0, different: 0 } });
    expect(accepted(await service.api.get<Funnel>('/insights/funnel?template=crowd')).items).toEqual(before.items);
  }, 90_000);
});
