/** How the command line asks a running service. */
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** It cannot be done; the message says why and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

type Environment = Readonly<Record<string, string | undefined>>;
type Address = Readonly<{ url: string; key: string }>;
/** `body` is null where it is no JSON object. */
type Answer = Readonly<{ status: number; body: object | null }>;
type Refusal = Readonly<{ code?: string; detail?: string }>;

/** Asks the service that `env` names and answers its JSON. Throws `CommandError` where it is not there, or refuses. */
export async function ask<Body>(env: Environment, method: 'GET' | 'POST', path: string): Promise<Body> {
  const { url, key } = await findService(env);
  const { status, body } = await send(url + path, method, key).catch((error: unknown) => {
    throw new CommandError(whyNoAnswer(url, error as NodeJS.ErrnoException), { cause: error });
  });
  if (body === null)
    throw new CommandError(`What answers at ${url} (${String(status)}) is no Stageline. ${NAME_ANOTHER}`);
  if (status >= 200 && status < 300) return body as Body;
  const { code = '', detail = '' } = body as Refusal;
  throw new CommandError(`The service at ${url} answered ${method} ${path} with ${String(status)} ${code}: ${detail}`);
}

const NAME_ANOTHER = 'Name another with STAGELINE_URL.';

/** Not by `fetch`: it gives up after five minutes without an answer, and a long timeline takes longer to verify. */
async function send(url: string, method: string, key: string): Promise<Answer> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method, headers: { authorization: `Bearer ${key}`, connection: 'close' } }, resolve);
    sent.on('error', reject);
    sent.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS)); // What lies between forgets a silent connection.
    sent.end();
  });
  return { status: response.statusCode ?? 0, body: parsed(await text(response)) };
}

const KEEP_ALIVE_MS = 30_000;

function whyNoAnswer(url: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED')
    return `No Stageline answers at ${url}. Start one with npm start, or name another with STAGELINE_URL.`;
  const reason = message === '' ? String(code) : message;
  return `No answer from ${url}: ${reason}. Is the address right, and the service within reach? ${NAME_ANOTHER}`;
}

function parsed(body: string): object | null {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

async function findService(env: Environment): Promise<Address> {
  const url = (env['STAGELINE_URL'] || `http://127.0.0.1:${env['PORT'] || '3000'}`).replace(/\/+$/, '');
  const isRight = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  if (!isRight)
    throw new CommandError(`STAGELINE_URL must be a URL like http://127.0.0.1:3000; it is ${JSON.stringify(url)}.`);
  return { url, key: await findKey(env) };
}

async function findKey(env: Environment): Promise<string> {
  const [name, key] =
    ['STAGELINE_KEY', 'STAGELINE_ADMIN_KEY']
      .map((each) => [each, env[each] ?? ''] as const)
      .find(([, given]) => given !== '') ?? (await keptKey(env['STAGELINE_DATA_DIR']));
  if (/^[\x21-\x7e]{8,200}$/.test(key)) return key;
  throw new CommandError(`The key in ${name} must be 8 to 200 characters without spaces, as the service showed it.`);
}

async function keptKey(dataDir: string | undefined): Promise<readonly [string, string]> {
  const file = join(dataDir || './.stageline', 'admin-key');
  try {
    return [file, (await readFile(file, 'utf8')).trim()];
  } catch (error) {
    throw new CommandError(`There is no key in ${file}. Give one with STAGELINE_KEY.`, { cause: error });
  }
}
