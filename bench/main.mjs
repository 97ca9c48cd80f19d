/**
 * `npm run bench [-- part ...] [--quick] [--page] [--profile]`: measures Stageline beside its peers, on one PostgreSQL of the run's own.
 *
 * Parts are the files of `parts/`; all of them where none is named. `--quick` has shorter and fewer rounds: for a first look, not for
 * figures. `--page` puts the tables into docs/performance.md. `--profile` leaves CPU profiles of contestants and services in
 * bench/profiles. Progress goes to standard error, the tables to standard output.
 */
import { parseArgs } from 'node:util';
import { installPeers } from './harness/install-peers.mjs';
import { progress } from './harness/progress.mjs';

const PARTS = ['append', 'command', 'http', 'rebuild', 'timeline', 'history', 'delivery', 'jobs', 'graph'];

const full = {
  name: 'full',
  rounds: 5,
  seconds: 4,
  warmUpSeconds: 4,
  noiseSeconds: 4,
  timelineEvents: 100_000,
  deliverySeconds: 20,
  rebuildEvents: [100_000, 1_000_000],
  rebuildSeconds: 30,
  jobs: { one: 10_000, batches: 100_000, pickUp: 300 },
  graphNodes: { noop: [10, 100, 1_000, 10_000], agent: [10, 100, 1_000, 2_000] },
};
const quick = {
  name: 'quick',
  rounds: 3,
  seconds: 1.5,
  warmUpSeconds: 1,
  noiseSeconds: 1,
  timelineEvents: 20_000,
  deliverySeconds: 5,
  rebuildEvents: [10_000, 50_000],
  rebuildSeconds: 3,
  jobs: { one: 1_000, batches: 10_000, pickUp: 50 },
  graphNodes: { noop: [10, 50, 500, 2_000], agent: [10, 50, 200, 400] },
};

const flag = { type: 'boolean', default: false };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: flag, page: flag, profile: flag },
});
await main(positionals.length === 0 ? PARTS : positionals);

async function main(names) {
  const unknown = names.filter((name) => !PARTS.includes(name));
  if (unknown.length > 0) throw new Error(`No part ${unknown.join(', ')}; there are ${PARTS.join(', ')}.`);
  if (values.page && names.length < PARTS.length) throw new Error('The page shows one whole run: leave the parts out.');
  installPeers();
  // Ctrl-C ends the contestants, which fails the run: it cleans up by itself. The second one ends it at once.
  process.once('SIGINT', () => undefined);
  // Told to end, it takes its servers along.
  process.once('SIGTERM', () => process.exit(1));
  const { measureAll } = await import('./harness/run.mjs');
  const { tables, writePage } = await import('./harness/report.mjs');
  const profileTo = values.profile ? new URL('profiles', import.meta.url).pathname : undefined;
  const run = await measureAll(names, { pace: values.quick ? quick : full, profileTo });
  console.log(tables(run));
  if (values.page) writePage(run);
  progress(`done in ${Math.round(run.seconds)} s`);
}
