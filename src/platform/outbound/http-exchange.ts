import {
  type ClientRequest,
  request as requestHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { allowedLookup, requireAllowedHost, type AllowedHosts } from './allowed-addresses.js';
import { OutboundRefusal } from './outbound-refusal.js';

/** One request to somebody else. */
export type Outgoing = Readonly<{
  url: URL;
  method: string;
  headers: OutgoingHttpHeaders;
  body: string | undefined;
  allowed: AllowedHosts;
  /** Of the answer's body; reading stops there. */
  maxBytes: number;
}>;

/** What came back, whatever its status. */
export type Answer = Readonly<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>;

/**
 * Sends one request over a connection of its own and reads the answer. No redirect is followed, no proxy is used, whatever the environment says.
 *
 * @throws OutboundRefusal for an address that may not be called and a body that is too large; else what the network says
 */
export async function exchange(outgoing: Outgoing, signal: AbortSignal): Promise<Answer> {
  requireAllowedHost(outgoing.url, outgoing.allowed);
  const response = await sent(outgoing, signal);
  const body = await bodyOf(response, outgoing.maxBytes);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

/** The same where only the status and the headers count: of the body no more than `maxBytes` are read, and none is kept. */
export async function exchangeHead(outgoing: Outgoing, signal: AbortSignal): Promise<Omit<Answer, 'body'>> {
  requireAllowedHost(outgoing.url, outgoing.allowed);
  const response = await sent(outgoing, signal);
  await passBody(response, outgoing.maxBytes);
  return { status: response.statusCode ?? 0, headers: response.headers };
}

function sent(outgoing: Outgoing, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = requestOf(outgoing, signal);
    request.on('error', reject); // Not once: a connection that breaks while the answer is read says so here as well.
    request.once('response', resolve);
    request.once('upgrade', (_response, socket) => {
      socket.destroy(); // It is no answer, and Node would not end it with the signal.
      reject(new OutboundRefusal('It answered 101: it wants to speak another protocol.'));
    });
    request.end(outgoing.body);
  });
}

/** @throws OutboundRefusal for a header that cannot be sent; Node names it, not its value */
function requestOf({ url, method, headers, allowed }: Outgoing, signal: AbortSignal): ClientRequest {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  try {
    return send(url, { method, headers, agent: false, lookup: allowedLookup(allowed), signal });
  } catch (error) {
    throw new OutboundRefusal(error instanceof Error ? error.message : String(error));
  }
}

/** Leaving the loop early ends the connection. */
async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes)
      throw new OutboundRefusal(`Its answer is larger than ${String(maxBytes)} bytes, which is the limit.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** A short body is taken, which spares its sender a broken connection; how it ends changes nothing about the answer. */
async function passBody(response: IncomingMessage, maxBytes: number): Promise<void> {
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return;
    }
  } catch {
    return; // It broke off, or took too long: the status had arrived.
  }
}
