import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The running service and a key that may make further keys. */
export type Found = Readonly<{ url: string; adminKey: string }>;

/** Nothing to talk to; the message says what to do about it. */
export class NoServiceError extends Error {
  override readonly name = 'NoServiceError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Finds what `npm start` of the same folder and environment made; STAGELINE_URL and STAGELINE_KEY name another. */
export async function findService(env: Environment): Promise<Found> {
  const url = (given(env, 'STAGELINE_URL') ?? `http://127.0.0.1:${given(env, 'PORT') ?? '3000'}`).replace(/\/+$/, '');
  await requireAnswer(url);
  return { url, adminKey: await findKey(env) };
}

async function requireAnswer(url: string): Promise<void> {
  try {
    const { status } = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(10_000) });
    if (status === 200) return;
  } catch {
    // Refused, unknown host, no address at all: it comes to the same, and the message below says what to do.
  }
  throw new NoServiceError(
    `No Stageline answers at ${url}. Start one with npm start, in another terminal, and run this again; ` +
      'or name one that runs elsewhere with STAGELINE_URL.',
  );
}

async function findKey(env: Environment): Promise<string> {
  const named = given(env, 'STAGELINE_KEY') ?? given(env, 'STAGELINE_ADMIN_KEY');
  if (named !== undefined) return named;
  const file = join(given(env, 'STAGELINE_DATA_DIR') ?? './.stageline', 'admin-key');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    throw new NoServiceError(
      `There is no admin key in ${file}. Give one with STAGELINE_KEY: the first start of the service printed it.`,
    );
  }
}

function given(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}
