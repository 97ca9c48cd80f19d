import {
  request as requestHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { hopeless } from '../worker/runner.js';
import { allowedLookup, requireAllowedHost, type AllowedHosts } from './allowed-addresses.js';

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
 * @throws JobFailure for an address that may not be called and a body that is too large; else what the network says
 */
export async function exchange(outgoing: Outgoing, signal: AbortSignal): Promise<Answer> {
  requireAllowedHost(outgoing.url, outgoing.allowed);
  const response = await sent(outgoing, signal);
  const body = await bodyOf(response, outgoing.maxBytes);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

function sent({ url, method, headers, body, allowed }: Outgoing, signal: AbortSignal): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers, agent: false, lookup: allowedLookup(allowed), signal });
    request.on('error', reject); // Not once: a connection that breaks while the answer is read says so here as well.
    request.once('response', resolve);
    request.end(body);
  });
}

/** Leaving the loop early ends the connection. */
async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw hopeless(`Its answer is larger than ${String(maxBytes)} bytes, which is the limit.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
