import type { Binaries } from './binaries.js';
import type { Launcher, Program } from './launcher.js';
import { linesOf } from './lines.js';
import { stopServer } from './orphan.js';
import { readPostmasterFile } from './postmaster-file.js';
import { holdsWithin, startTimeOf } from './processes.js';
import { serverArguments, type ServerOptions } from './server-settings.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Recovery after a crash replays what was not yet in place, which can take a while. */
const START_PATIENCE_MS = 120_000;
/** The last children of a killed server notice within a second or two that they are alone. */
const RETRIES = 20;
const RETRY_AFTER_MS = 250;

/** A running server process. */
export type Server = Readonly<{ stop: () => Promise<void>; onExit: (callback: (reason: string) => void) => void }>;

type RunOptions = ServerOptions &
  Readonly<{ pgdata: string; binaries: Binaries; launcher: Launcher; log: (message: string) => void }>;

/** What is known of a server process from outside. */
type Watched = { program: Program; said: string[]; exited: boolean; onExit: ((reason: string) => void)[] };

/** Spawns a server on an existing cluster and waits until it takes connections. */
export async function runServer(options: RunOptions): Promise<Server> {
  for (let attempt = 0; ; attempt++) {
    const watched = watch(options);
    if (await isReady(watched, options.pgdata)) return serverOf(watched);
    const reason = watched.said.slice(-5).join('; ');
    const mayPass = /shared memory block .* still in use|lock file .* already exists/.test(watched.said.join('\n'));
    if (!mayPass || attempt === RETRIES)
      throw new EmbeddedPostgresError(`The embedded PostgreSQL does not start: ${reason}`);
    await holdsWithin(RETRY_AFTER_MS, () => false);
  }
}

function watch({ pgdata, binaries, launcher, log, ...options }: RunOptions): Watched {
  const program = launcher.launch(binaries.postgres, serverArguments(pgdata, options), 'INT');
  const watched: Watched = { program, said: [], exited: false, onExit: [] };
  program.stdin.end();
  linesOf(program.stderr, (line) => {
    watched.said = [...watched.said.slice(-19), line];
    log(line);
  });
  program.once('error', (error) => {
    watched.said.push(error.message);
    watched.exited = true;
  });
  program.once('close', () => {
    watched.exited = true;
    for (const callback of watched.onExit) callback(watched.said.slice(-3).join('; '));
  });
  return watched;
}

async function isReady(watched: Watched, pgdata: string): Promise<boolean> {
  const { pid } = watched.program;
  const saysReady = (): boolean => {
    const postmaster = readPostmasterFile(pgdata);
    return postmaster?.pid === pid && postmaster?.status === 'ready';
  };
  await holdsWithin(START_PATIENCE_MS, () => watched.exited || saysReady());
  if (!watched.exited && saysReady()) return true;
  if (!watched.exited) await stopWatched(watched);
  return false;
}

function serverOf(watched: Watched): Server {
  let stopping: Promise<void> | undefined;
  return {
    stop: () => {
      watched.onExit = [];
      stopping ??= stopWatched(watched);
      return stopping;
    },
    onExit: (callback) => {
      watched.onExit.push(callback);
    },
  };
}

async function stopWatched({ program }: Watched): Promise<void> {
  const { pid } = program;
  const startTime = pid === undefined ? null : startTimeOf(pid);
  if (pid !== undefined && startTime !== null) await stopServer(pid, startTime);
}
