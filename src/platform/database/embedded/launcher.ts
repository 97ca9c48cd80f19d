/**
 * How PostgreSQL's programs are run.
 *
 * Through `setpriv` where there is one: it ends the program with this process even after a kill -9, changes to the
 * launch user, and lets that user pass through folders closed to it (a checkout in root's home) by the one capability
 * that takes. Elsewhere the operating system only changes the user; an orphan is then found at the next start.
 */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { closedFolderAbove, findLaunchUser, type LaunchUser } from './launch-user.js';
import { linesOf } from './lines.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** A running program. Its standard error is read line by line by whoever launched it. */
export type Program = ChildProcessByStdio<Writable, null, Readable>;

/** Runs programs as the user that may, with the rights they need. */
export type Launcher = Readonly<{
  /** Null when programs run as ourselves. */
  user: LaunchUser | null;
  /** `deathSignal` is what the program gets when this process dies, however it dies. */
  launch: (program: string, args: readonly string[], deathSignal: DeathSignal) => Program;
}>;

type DeathSignal = 'INT' | 'KILL';
type Command = Readonly<{ file: string; args: readonly string[]; identity: Readonly<{ uid?: number; gid?: number }> }>;
type Wrap = (program: string, args: readonly string[], deathSignal: DeathSignal) => Command;

/** A locale that is not installed fails initdb, and none at all makes a database without an encoding. */
const ENVIRONMENT = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', LANG: 'C', TZ: 'UTC' };

/** PostgreSQL asks access(2) for its own programs; without this bit the kernel leaves capabilities out of the answer. */
const KEEP_FOR_ACCESS = '--securebits=+no_setuid_fixup';

/** Finds out how to run `program` on what lies at `path`; throws, saying what to do, when that cannot work. */
export function createLauncher(program: string, path: string): Launcher {
  const user = findLaunchUser();
  const closedFolder = user && (closedFolderAbove(program, user) ?? closedFolderAbove(path, user));
  const wrap = hasSetpriv() ? throughSetpriv(user, closedFolder) : bySpawn(user, closedFolder);
  if (user !== null) assertRuns(wrap(program, ['--version'], 'KILL'), user, closedFolder);
  return { user, launch: (file, args, deathSignal) => start(wrap(file, args, deathSignal)) };
}

/** Runs a program to its end, feeding it `input`. Throws with what it had to say when it fails. */
export async function runToEnd(
  launcher: Launcher,
  program: string,
  args: readonly string[],
  input = '',
): Promise<void> {
  const child = launcher.launch(program, args, 'KILL');
  const said: string[] = [];
  linesOf(child.stderr, (line) => said.push(line));
  child.stdin.on('error', () => undefined); // A program that ends early has said why on its standard error.
  child.stdin.end(input);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (exitCode !== 0) throw new EmbeddedPostgresError(`${program} failed: ${said.slice(-10).join('; ')}`);
}

function hasSetpriv(): boolean {
  return spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;
}

function throughSetpriv(user: LaunchUser | null, closedFolder: string | null): Wrap {
  const become = user === null ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const capabilities = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search', KEEP_FOR_ACCESS];
  const privileges = closedFolder === null ? become : [...become, ...capabilities];
  return (program, args, deathSignal) => ({
    file: 'setpriv',
    args: [...privileges, '--pdeathsig', deathSignal, program, ...args],
    identity: {},
  });
}

function bySpawn(user: LaunchUser | null, closedFolder: string | null): Wrap {
  if (user !== null && closedFolder !== null) throw cannotRun(user, 'setpriv is not installed', closedFolder);
  const identity = user === null ? {} : { uid: user.uid, gid: user.gid };
  return (program, args) => ({ file: program, args, identity });
}

/** A session of its own: a Ctrl-C at the terminal must reach us, and the server only after our last command. */
function start({ file, args, identity }: Command): Program {
  return spawn(file, args, {
    ...identity,
    env: ENVIRONMENT,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

function assertRuns({ file, args, identity }: Command, user: LaunchUser, closedFolder: string | null): void {
  const { status, stderr, error } = spawnSync(file, args, {
    ...identity,
    env: ENVIRONMENT,
    cwd: '/',
    encoding: 'utf8',
  });
  if (status !== 0) throw cannotRun(user, error?.message ?? stderr.trim(), closedFolder);
}

function cannotRun(user: LaunchUser, reason: string, closedFolder: string | null): Error {
  const obstacle = closedFolder === null ? '' : ` The folder ${closedFolder} is closed to that user.`;
  return new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the user ${user.name} cannot run it here: ${reason}.${obstacle} ` +
      'Move the checkout and the data dir to a folder that every user may pass through, ' +
      'start Stageline as an ordinary user, or set DATABASE_URL to use a PostgreSQL server instead.',
  );
}
