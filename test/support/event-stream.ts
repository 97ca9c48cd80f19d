import type { ApiClient } from './api-client.js';

/** One server-sent event of the timeline. */
export type Sent = Readonly<{ id: number; event: string; data: Record<string, unknown> }>;

/** A timeline that is being followed; whoever opens it closes it. */
export type Following = Readonly<{
  status: number;
  headers: Headers;
  /** The next `count` events; fails when they take longer than ten seconds. */
  take: (count: number) => Promise<readonly Sent[]>;
  close: () => void;
}>;

const PATIENCE_MS = 10_000;

/** Follows `path` of the service as a browser would, from a given `Last-Event-ID` on. */
export async function followTimeline(api: ApiClient, path: string, lastEventId?: number): Promise<Following> {
  const leaving = new AbortController();
  const headers = {
    authorization: `Bearer ${String(api.key)}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
  };
  const response = await fetch(api.url + path, { headers, signal: leaving.signal });
  const blocks = blocksOf(response);
  const take = async (count: number): Promise<readonly Sent[]> => {
    const timer = setTimeout(() => leaving.abort(new Error(`No ${String(count)} events in time.`)), PATIENCE_MS);
    const events: Sent[] = [];
    while (events.length < count) {
      const { value, done } = await blocks.next();
      if (done === true) throw new Error('The stream ended.');
      if (value.startsWith('id:')) events.push(eventIn(value));
    }
    clearTimeout(timer);
    return events;
  };
  return { status: response.status, headers: response.headers, take, close: () => leaving.abort() };
}

async function* blocksOf(response: Response): AsyncGenerator<string, void> {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    yield* blocks;
  }
}

function eventIn(block: string): Sent {
  const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
  const data = JSON.parse(fields.get('data') ?? '{}') as Record<string, unknown>;
  return { id: Number(fields.get('id')), event: fields.get('event') ?? '', data };
}
