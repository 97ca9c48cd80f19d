import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as a receiver got it. */
export type Received = Readonly<{
  id: string;
  timestamp: number;
  signatures: readonly string[];
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
  event: ReceivedEvent;
}>;

/** The body, as far as tests ask for it. */
export type ReceivedEvent = Readonly<{
  tenant_id: string;
  id: string;
  event_type: string;
  category: string;
  position: number;
  stream_id: string;
  stream_version: number;
}>;

/** A receiver's answer: a status, perhaps with headers, or nothing but a broken connection. */
export type Reaction = number | 'break' | Readonly<{ status: number; headers: Readonly<Record<string, string>> }>;

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** A real receiver on loopback. It answers 204 until it is told otherwise. */
export async function startReceiver() {
  const received: Received[] = [];
  let react: (message: Received) => Reaction | Promise<Reaction> = () => 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = read(request.headers, Buffer.concat(chunks).toString());
      received.push(message);
      void Promise.resolve(react(message)).then((reaction) => {
        if (reaction === 'break') request.socket.destroy();
        else if (typeof reaction === 'number') response.writeHead(reaction).end();
        else response.writeHead(reaction.status, reaction.headers).end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=in-the-url`,
    received,
    /** From now on it answers so. */
    answers: (reaction: Reaction | ((message: Received) => Reaction | Promise<Reaction>)) => {
      react = typeof reaction === 'function' ? reaction : () => reaction;
    },
    /** Each message by its id, in the order in which they came first. */
    events: () => [...new Map(received.map(({ id, event }) => [id, event])).values()],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What Standard Webhooks says a signature is, in as few lines as a receiver would write. */
export function expectedSignature({ id, timestamp, text }: Received, secret: string): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')}`;
}

function read(headers: Received['headers'], text: string): Received {
  return {
    id: String(headers['webhook-id']),
    timestamp: Number(headers['webhook-timestamp']),
    signatures: String(headers['webhook-signature']).split(' '),
    headers,
    text,
    event: JSON.parse(text) as ReceivedEvent,
  };
}
