/** What a node of a graph costs that does nothing, in small graphs and in large ones: by itself, and with a job that a worker does. */
import { contest } from '../harness/contest.mjs';
import { costLineOf } from '../harness/line.mjs';
import { progress } from '../harness/progress.mjs';

const REQUIRED_GROWTH = 1.3;

export async function run({ postgres, pace, profileTo }) {
  const { noop, agent } = pace.graphNodes;
  const graphs = [
    { shape: 'chain', kind: 'noop', node: 'no-op node', sizes: noop },
    { shape: 'fan', kind: 'noop', node: 'no-op node', sizes: noop },
    { shape: 'fan', kind: 'agent', node: 'agent that a worker does', sizes: agent },
  ];
  const lines = [];
  for (const graph of graphs) lines.push(...linesOf(graph, await roundsOf(graph, { postgres, pace, profileTo })));
  return lines;
}

/** Lists of rounds by size. */
async function roundsOf({ shape, kind, node, sizes }, { postgres, pace, profileTo }) {
  progress(`graph: ${node}, a ${shape} of ${sizes.join(', ')}`);
  const entrants = [];
  for (const nodeCount of sizes) {
    const options = { ...(await postgres.createMigrated()), shape, kind, nodeCount }; // Workers of one would do the jobs of another.
    entrants.push({ name: `${nodeCount} nodes`, module: 'stageline-graph', options });
  }
  const rounds = await contest(entrants, {
    task: { nodes: sizes.at(-1) },
    warmUp: {},
    rounds: pace.rounds,
    profileTo,
    databasePid: postgres.pid,
  });
  return new Map(sizes.map((nodeCount) => [nodeCount, rounds[`${nodeCount} nodes`]]));
}

function linesOf({ shape, node, sizes }, rounds) {
  const [smallest, small, large, largest] = sizes;
  const whole = (nodeCount) =>
    costLineOf(
      {
        measured: `${node}, a ${shape} of ${number(nodeCount)}, from the start of its run to the end`,
        peer: `a ${shape} of ${number(smallest)}`,
        unit: 'µs',
        value: microsOf,
      },
      rounds.get(nodeCount),
      rounds.get(smallest),
    );
  const further = costLineOf(
    {
      measured: `${node}, each further one of a ${shape} from ${number(large)} to ${number(largest)}`,
      peer: `from ${number(smallest)} to ${number(small)}`,
      required: REQUIRED_GROWTH,
      unit: 'µs',
      value: ({ micros }) => micros,
    },
    furtherNodes(rounds, large, largest),
    furtherNodes(rounds, smallest, small),
  );
  return [...[small, large, largest].map(whole), further];
}

/** What each node costs that the larger graph has and the smaller has not: the price of a run by itself falls out. */
function furtherNodes(rounds, from, to) {
  const further = (value) => (round, index) =>
    (to * value(rounds.get(to)[index]) - from * value(rounds.get(from)[index])) / (to - from);
  const cpuOf = ({ cpuMicros }) => cpuMicros ?? Number.NaN;
  return rounds.get(to).map((round, index) => {
    const cpuMicros = further(cpuOf)(round, index);
    return { micros: further(microsOf)(round, index), cpuMicros: Number.isNaN(cpuMicros) ? null : cpuMicros };
  });
}

function microsOf({ perSecond }) {
  return 1e6 / perSecond;
}

function number(value) {
  return value.toLocaleString('en');
}
