/** A server in a process of its own, and how to end it. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ADMIN_KEY = 'sl_bench-admin-key-00000000000000000000000000';

/** Whatever does not listen by then will not. */
const START_MS = 60_000;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Works with Stageline as it is started anywhere, with every role, on this database, by its `url` and `pid`; then ends it. */
export async function withStageline({ url, profileTo }, work) {
  const dataDir = await mkdtemp(join(tmpdir(), 'stageline-bench-service-'));
  const settings = {
    DATABASE_URL: url,
    STAGELINE_DATA_DIR: dataDir,
    STAGELINE_ADMIN_KEY: ADMIN_KEY,
    STAGELINE_LOG_LEVEL: 'warn',
    STAGELINE_LOG_FORMAT: 'text', // Puts the greeting, which says where it listens, on standard output.
    PORT: '0',
  };
  try {
    return await withServer(['dist/src/main.js'], settings, profileTo, work);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The same with the same stack and one bare INSERT a request. */
export function withBareNest({ url, profileTo }, work) {
  return withServer(['bench/servers/bare-nest.mjs'], { DATABASE_URL: url }, profileTo, work);
}

async function withServer(program, settings, profileTo, work) {
  const { url, pid, stop } = await startServer(program, settings, profileTo);
  try {
    return await work({ url, pid });
  } finally {
    await stop();
  }
}

async function startServer(program, settings, profileTo) {
  const profile = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
  const own = Object.entries(process.env).filter(([name]) => !/^(PORT|HOST|DATABASE_URL|STAGELINE_\w+)$/.test(name));
  const env = { ...Object.fromEntries(own), ...settings };
  const child = spawn(process.execPath, [...profile, ...program], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  let late;
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      said += String(text);
      const [, found] = /listens on (http\S+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    void gone.then(() => reject(new Error(`${program[0]} did not start: ${said}`)));
    late = setTimeout(() => child.kill('SIGKILL'), START_MS);
  }).finally(() => clearTimeout(late));
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  // A run that is cut short leaves no server behind.
  process.once('exit', () => child.kill('SIGKILL'));
  return { url, pid: child.pid, stop };
}
