/** One server-sent event as it came. */
export type ServerSent = Readonly<{ id: string; event: string; data: Record<string, unknown> }>;

/** Someone who follows the timeline and comes back, with the last id, whenever the stream ends. */
export type Follower = Readonly<{
  received: ServerSent[];
  /** How often it got in. */
  connections: () => number;
  leave: () => Promise<void>;
}>;

/** Shorter than the service asks for, so that a test does not wait. */
const RETRY_MS = 50;

/** Follows the stream wherever `address` says the service is by then. */
export function follow(address: () => string, key: string, query = ''): Follower {
  const received: ServerSent[] = [];
  const left = new AbortController();
  let connections = 0;
  const once = async (): Promise<void> => {
    const response = await fetch(`${address()}/timeline/stream${query}`, {
      headers: { authorization: `Bearer ${key}`, 'last-event-id': received.at(-1)?.id ?? '' },
      signal: left.signal,
    });
    if (response.status !== 200 || response.body === null) return;
    connections += 1;
    for await (const event of eventsIn(response.body)) received.push(event);
  };
  const reading = (async () => {
    while (!left.signal.aborted) {
      await once().catch(() => undefined); // The stream broke off, or nobody listens: come back.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  })();
  const leave = async () => {
    left.abort();
    await reading;
  };
  return { received, connections: () => connections, leave };
}

/** Reads the format of WHATWG HTML, section 9.2, as far as the service uses it: an event that broke off is dropped. */
async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSent> {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => split(line)));
      const data = fields.get('data');
      if (data === undefined) continue; // A comment, or how soon to come back.
      yield {
        id: fields.get('id') ?? '',
        event: fields.get('event') ?? '',
        data: JSON.parse(data) as Record<string, unknown>,
      };
    }
  }
}

function split(line: string): [string, string] {
  const colon = line.indexOf(': ');
  return [line.slice(0, colon), line.slice(colon + 2)];
}
