/** One run: the parts one after the other on one server, and between them a look at how steady the machine is. */
import { cpus, loadavg, totalmem } from 'node:os';
import { contest } from './contest.mjs';
import { startPostgres } from './postgres.mjs';
import { progress } from './progress.mjs';

/** Measures these parts; answers lines, noise and what it all ran on. */
export async function measureAll(names, { pace, profileTo }) {
  const began = performance.now();
  const load = loadavg()[0];
  const postgres = await startPostgres();
  const noise = [];
  const lines = [];
  try {
    const middle = Math.floor(names.length / 2);
    noise.push(await bareInsert(postgres, pace));
    for (const [index, name] of names.entries()) {
      if (index === middle && index > 0) noise.push(await bareInsert(postgres, pace));
      const { run } = await import(`../parts/${name}.mjs`);
      lines.push(...(await run({ postgres, pace, profileTo })));
    }
    noise.push(await bareInsert(postgres, pace));
    const machine = { ...describeMachine(), postgres: await postgres.version(), load };
    return { lines, noise, machine, pace, names, seconds: (performance.now() - began) / 1000 };
  } finally {
    await postgres.stop();
  }
}

/** The same little work at the beginning, in the middle and at the end: what differs is the machine. */
async function bareInsert(postgres, pace) {
  progress('machine: bare INSERT, 8 callers');
  const options = { ...(await postgres.createDatabase()), connections: 8 };
  const { machine } = await contest([{ name: 'machine', module: 'insert-append', options }], {
    task: { callers: 8, seconds: pace.noiseSeconds },
    warmUp: { seconds: 1 },
    databasePid: postgres.pid,
    rounds: 1,
  });
  return machine[0].perSecond;
}

function describeMachine() {
  return {
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}
