import type { ApiClient } from './api-client.js';
import { accepted } from './founder-walk.js';
import { until } from './wait.js';

type Page = Readonly<{ items: readonly Readonly<{ position: number | null }>[]; next: number | null }>;

/** The position of a run's last event, once it is sealed: what to read insights with, as `min_position`. */
export async function sealedPosition(api: ApiClient, runId: string): Promise<number> {
  const seen = { position: 0 };
  await until(`the last event of run ${runId} is sealed`, async () => {
    seen.position = (await lastPosition(api, runId)) ?? 0;
    return seen.position > 0;
  });
  return seen.position;
}

async function lastPosition(api: ApiClient, runId: string): Promise<number | null> {
  let last: number | null = null;
  for (let after: number | null = 0; after !== null;) {
    const path: string = `/pipeline/${runId}/timeline?limit=200&after_version=${String(after)}`;
    const { items, next }: Page = accepted(await api.get<Page>(path));
    last = items.at(-1)?.position ?? null;
    after = next;
  }
  return last;
}
