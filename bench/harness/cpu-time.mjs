/**
 * Processor time of other processes, where the system tells it: how long a round takes depends on who else uses the machine, what it costs
 * hardly does.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever its kernel's own tick. */
const MICROS_PER_TICK = 10_000;

/**
 * A round with `cpuMicros`, what each of its operations cost these processes and their children; null where the system does not tell. What
 * ends meanwhile, such as a connection that was idle for long, is left out.
 */
export async function costed(pids, work) {
  const before = ticksOf(pids);
  const round = await work();
  if (before === null) return { ...round, cpuMicros: null };
  const ticks = [...ticksOf(pids)].reduce((sum, [pid, ticksNow]) => sum + ticksNow - (before.get(pid) ?? 0), 0);
  return { ...round, cpuMicros: (ticks * MICROS_PER_TICK) / round.count };
}

function ticksOf(pids) {
  const counted = processes()?.filter(({ pid, parent }) => pids.includes(pid) || pids.includes(parent));
  return counted === undefined ? null : new Map(counted.map(({ pid, ticks }) => [pid, ticks]));
}

function processes() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(processOf);
  } catch {
    return undefined;
  }
}

/** Fields as proc(5) numbers them, after the name, which may hold anything: 4 parent, 14 and 15 time in user and system mode. */
function processOf(name) {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return []; // It ended meanwhile.
  }
}
