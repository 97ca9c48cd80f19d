/** `rebuild <name>` and `rebuild --all`: asks the running service, and tells how far it is until it has ended. */
import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, ask } from './service-client.js';

const LOOK_EVERY_MS = 500;

type Rebuild = Readonly<{
  id: string;
  status: 'requested' | 'running' | 'done' | 'blocked' | 'failed';
  phase: string | null;
  events_done: number;
  events_total: number;
  error: string | null;
  report: Readonly<{ only_live: number; only_rebuilt: number; different: number }> | null;
}>;
type Listed = Readonly<{ name: string; rebuild: Rebuild | null }>;

/** Rebuilds the projection of that name, else all of them one after the other; `say` gets the progress, the answer is what came of it. */
export async function rebuildProjections(name: string | undefined, say: (text: string) => void): Promise<string> {
  const names = name === undefined ? (await listed()).map((each) => each.name) : [name];
  const told: string[] = [];
  for (const each of names) told.push(await rebuildOne(each, say));
  return told.join('');
}

async function rebuildOne(name: string, say: (text: string) => void): Promise<string> {
  const path = `/projections/${encodeURIComponent(name)}/rebuild`;
  let { rebuild } = await ask<Listed>(process.env, 'POST', path);
  let said = '';
  while (rebuild !== null && (rebuild.status === 'requested' || rebuild.status === 'running')) {
    const now = progressOf(name, rebuild);
    if (now !== said) say(now);
    said = now;
    await pause(LOOK_EVERY_MS);
    rebuild = (await listed()).find((each) => each.name === name)?.rebuild ?? null;
  }
  if (rebuild?.status === 'done') return `${name}: rebuilt${foundOf(rebuild)}.\n`;
  if (rebuild?.status === 'blocked')
    throw new CommandError(
      `${name}: blocked by streams that cannot be folded; GET /projections/${name}/parked lists them.`,
    );
  throw new CommandError(`${name}: failed: ${rebuild?.error ?? 'no reason given'}`);
}

async function listed(): Promise<readonly Listed[]> {
  return (await ask<{ items: readonly Listed[] }>(process.env, 'GET', '/projections')).items;
}

function progressOf(name: string, { status, phase, events_done: done, events_total: total }: Rebuild): string {
  if (status === 'requested') return `${name}: waiting for a process with the role sealer\n`;
  return `${name}: ${String(phase)}, ${String(done)} of ${String(total)} events\n`;
}

function foundOf({ report }: Rebuild): string {
  if (report === null) return '';
  const wrong = report.only_live + report.only_rebuilt + report.different;
  return wrong === 0 ? ', as it was' : `, ${String(wrong)} rows were not as they are now`;
}
