import type { ApiClient } from './api-client.js';
import { accepted } from './founder-walk.js';
import { until } from './wait.js';

/** What the list of projections says of one. */
export type Listed = Readonly<{
  name: string;
  version: number;
  kind: 'inline' | 'async';
  position: number;
  head_position: number;
  lag: number;
  status: string;
  parked_streams: number;
  previous_kept: boolean;
  rebuild: Readonly<{
    id: string;
    status: string;
    phase: string | null;
    reason: string;
    version: number;
    streams_done: number;
    events_done: number;
    error: string | null;
    report: Readonly<{ only_live: number; only_rebuilt: number; different: number }> | null;
  }> | null;
}>;

export async function projectionsOf(api: ApiClient): Promise<readonly Listed[]> {
  return accepted(await api.get<{ items: readonly Listed[] }>('/projections')).items;
}

export async function projectionOf(api: ApiClient, name: string): Promise<Listed> {
  const found = (await projectionsOf(api)).find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no projection ${name}.`);
  return found;
}

/** Asks for a rebuild and waits until it has ended, however it does. */
export async function rebuild(api: ApiClient, name: string): Promise<Listed> {
  const asked = await api.post<Listed>(`/projections/${name}/rebuild`);
  if (asked.status !== 202) throw new Error(`No rebuild: ${JSON.stringify(asked.body)}`);
  return rebuilt(api, name);
}

/** Waits until no rebuild of the projection is open. */
export async function rebuilt(api: ApiClient, name: string): Promise<Listed> {
  let found = await projectionOf(api, name);
  const ended = async () => {
    found = await projectionOf(api, name);
    return found.status !== 'rebuilding';
  };
  await until(`${name} is rebuilt`, ended, 60_000);
  return found;
}
