import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { type Binaries, findBinaries } from '../../src/platform/database/embedded/binaries.js';
import { createLauncher, runToEnd } from '../../src/platform/database/embedded/launcher.js';
import { type Server, runServer } from '../../src/platform/database/embedded/server.js';
import { makeSocketFolder, removeSocketFolder } from '../../src/platform/database/embedded/socket-folder.js';
import { makeFolder, removeFolder } from './folders.js';

/** A server of a test's own, as an operator runs one: Stageline only has its address. */
export type PrivatePostgres = Readonly<{
  /** The address of a database; of the superuser's maintenance database where nothing is said. */
  url: (login?: Readonly<{ user: string; database: string }>) => string;
  stop: () => Promise<void>;
  start: () => Promise<void>;
  /** Stops it for good and removes its data. */
  close: () => Promise<void>;
}>;

const SUPERUSER = { user: 'operator', database: 'postgres' };
const PORT = 5432; // Only part of the socket's name.

/** Makes a cluster in a temporary folder and starts a server on it, by these programs; the shipped ones by default. */
export async function startPrivatePostgres(binaries: Binaries = findBinaries()): Promise<PrivatePostgres> {
  const folder = makeFolder();
  const pgdata = join(folder, 'postgres');
  const launcher = createLauncher(binaries.postgres, pgdata);
  if (launcher.user !== null) chownSync(folder, launcher.user.uid, launcher.user.gid);
  await runToEnd(launcher, binaries.initdb, [
    `--pgdata=${pgdata}`,
    `--username=${SUPERUSER.user}`,
    '--encoding=UTF8',
    '--locale=C',
    '--auth=trust',
  ]);
  const socketFolder = makeSocketFolder(folder, PORT, launcher.user);
  const options = { pgdata, binaries, launcher, socketFolder, port: PORT, durable: true, maxConnections: 100 };
  const log = (): void => undefined;
  let server: Server = await runServer({ ...options, log });
  return {
    url: ({ user, database } = SUPERUSER) =>
      `postgresql://${user}@localhost:${PORT}/${database}?host=${encodeURIComponent(socketFolder)}`,
    stop: () => server.stop(),
    start: async () => {
      server = await runServer({ ...options, log });
    },
    close: async () => {
      await server.stop();
      removeSocketFolder(socketFolder);
      removeFolder(folder);
    },
  };
}
