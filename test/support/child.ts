import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const LOADER = fileURLToPath(new URL('./typescript-loader.mjs', import.meta.url));
const PROGRAMS = new URL('./programs/', import.meta.url);

/** A process of its own, for tests that kill one. */
export type Child = Readonly<{
  pid: number;
  /** Everything it has said so far, both streams. */
  output: () => string;
  /** Resolves when it has said something that matches; rejects when it ends before. */
  says: (pattern: RegExp) => Promise<string>;
  kill: (signal: NodeJS.Signals) => void;
  /** The exit code, null after a signal. */
  exit: Promise<number | null>;
}>;

/** Runs one of `test/support/programs` from source, with more in its environment where that is said. */
export function runProgram(name: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Child {
  const program = fileURLToPath(new URL(name, PROGRAMS));
  const env = { ...process.env, ...more };
  const child = spawn(process.execPath, ['--import', LOADER, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  return childOf(child);
}

/** Runs any program, with this environment and none of ours but where programs are. */
export function runCommand(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  const { PATH = '' } = process.env;
  return childOf(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH, ...env } }));
}

function childOf(child: ChildProcessByStdio<null, Readable, Readable>): Child {
  let said = '';
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
    child.emit('said');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    pid: child.pid ?? 0,
    output: () => said,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(said)) resolve(said);
        };
        child.on('said', look);
        child.once('close', () => reject(new Error(`It ended without saying ${String(pattern)}: ${said}`)));
        look();
      }),
    kill: (signal) => void child.kill(signal),
    exit,
  };
}
