/** How the command line asks a running service. */
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CommandError } from './command-error.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Address = Readonly<{ url: string; key: string }>;
/** `body` is null where it is no JSON object. */
type Answer = Readonly<{ status: number; body: object | null }>;
type Refusal = Readonly<{ code?: string; detail?: string }>;

/** Asks the service that `env` names and answers its JSON. Throws `CommandError` where it is not there, or refuses. */
export async function ask<Body>(env: Environment, method: 'GET' | 'POST', path: string): Promise<Body> {
  const { url, key } = await findService(env);
  const { status, body } = await send(url + path, method, key)
    .then(whole)
    .catch((error: unknown) => {
      throw new CommandError(whyNoAnswer(url, error as NodeJS.ErrnoException), { cause: error });
    });
  if (body !== null && isGood(status)) return body as Body;
  throw refused(url, `${method} ${path}`, { status, body });
}

/** Asks for what may be too much to hold, and answers it piece by piece as it comes. Throws `CommandError` as `ask` does, while reading too. */
export async function download(env: Environment, path: string): Promise<AsyncIterable<Buffer>> {
  const { url, key } = await findService(env);
  const unanswered = (error: unknown): never => {
    throw new CommandError(whyNoAnswer(url, error as NodeJS.ErrnoException), { cause: error });
  };
  const response = await send(url + path, 'GET', key).catch(unanswered);
  const isExport = response.headers['content-type']?.startsWith('application/jsonl') === true;
  if (isGood(response.statusCode ?? 0) && isExport) return pieces(response, unanswered);
  throw refused(url, `GET ${path}`, await whole(response).catch(unanswered));
}

async function* pieces(response: IncomingMessage, unanswered: (error: unknown) => never): AsyncGenerator<Buffer> {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (error) {
    unanswered(error);
  }
}

function refused(url: string, request: string, { status, body }: Answer): CommandError {
  if (body === null || isGood(status))
    return new CommandError(`What answers at ${url} (${String(status)}) is no Stageline. ${NAME_ANOTHER}`);
  const { code = '', detail = '' } = body as Refusal;
  return new CommandError(`The service at ${url} answered ${request} with ${String(status)} ${code}: ${detail}`);
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

const NAME_ANOTHER = 'Name another with STAGELINE_URL.';

/** Not by `fetch`: it gives up after five minutes without an answer, and a long timeline takes longer to verify. */
async function send(url: string, method: string, key: string): Promise<IncomingMessage> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method, headers: { authorization: `Bearer ${key}`, connection: 'close' } }, resolve);
    sent.on('error', reject);
    sent.on('socket', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS)); // What lies between forgets a silent connection.
    sent.end();
  });
}

async function whole(response: IncomingMessage): Promise<Answer> {
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
