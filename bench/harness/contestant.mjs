/** A contestant in a process of its own: the module it is asked for, called from outside one method at a time. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('contestant-process.mjs', import.meta.url));

/** Longer means that something hangs. */
const PATIENCE_MS = 15 * 60_000;

/**
 * Opens `contestants/<module>.mjs` with these options, which go over as JSON. `call(method, ...args)` asks it; what it does not know it has nothing to do for. With `profileTo` it
 * leaves a CPU profile in that folder when it closes.
 */
export async function openContestant(module, options, { profileTo, env = {} } = {}) {
  const execArgv = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
  const child = fork(PROGRAM, [module], { execArgv, env: { ...process.env, ...env }, stdio: ['ignore', 2, 2, 'ipc'] });
  const waiting = new Map();
  let lastCall = 0;
  child.on('message', ({ call, result, error }) => {
    const { resolve, reject } = waiting.get(call);
    waiting.delete(call);
    if (error === undefined) resolve(result);
    else reject(new Error(`${module}: ${error}`));
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  void gone.then((code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${module} ended with ${String(code)}.`));
  });
  const call = (method, ...args) =>
    new Promise((resolve, reject) => {
      const id = (lastCall += 1);
      const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      const settle = (how) => (outcome) => (clearTimeout(late), how(outcome));
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      child.send({ call: id, method, args });
    });
  const close = async () => {
    await call('close');
    child.disconnect();
    await gone;
  };
  try {
    await call('open', options);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { pid: child.pid, call, close, kill: () => child.kill('SIGKILL') };
}
