/** The command line, as a process of its own that knows of no environment but the one it is given. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LOADER = fileURLToPath(new URL('typescript-loader.mjs', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

export type Ended = Readonly<{ code: number | null; out: string; err: string }>;

/** Runs a command to its end. `nodeArgs` go to Node itself. */
export function stageline(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env } };
    const child = spawn(process.execPath, ['--import', LOADER, ...nodeArgs, PROGRAM, ...args], options);
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    child.once('close', (code) => resolve({ code, ...said }));
  });
}
