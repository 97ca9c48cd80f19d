/** What stops a start in ordinary life, in a line or two that name the setting and say what to do. */
import { resolve } from 'node:path';
import { type Config, ConfigError } from './platform/config/config.js';
import { EmbeddedPostgresError } from './platform/database/embedded/embedded-postgres-error.js';
import { FolderInUseError } from './platform/database/embedded/folder-lock.js';
import { MigrationsDueError } from './platform/database/migrate.js';
import { DamagedKeyError } from './platform/event-store/sealing-key.js';
import { DamagedVaultKeyError } from './platform/vault/vault-key.js';
import { OlderSoftwareError } from './platform/projections/built-versions.js';

type Settings = Pick<Config, 'port' | 'host' | 'dataDir' | 'databaseUrl'>;
type Failure = Readonly<{ code: string; syscall: string; path: string; message: string }>;
type ByCode = Readonly<Record<string, (failure: Failure, settings: Settings) => string>>;

/** They say all there is to say themselves. */
const SPOKEN_FOR = [
  ConfigError,
  FolderInUseError,
  EmbeddedPostgresError,
  MigrationsDueError,
  DamagedKeyError,
  DamagedVaultKeyError,
  OlderSoftwareError,
];

/** Tells why a start failed. `settings` is null where they could not be read; what nobody foresaw keeps its stack. */
export function startFailure(error: unknown, settings: Settings | null): string {
  if (SPOKEN_FOR.some((kind) => error instanceof kind)) return (error as Error).message;
  const explanation = settings === null ? null : explain(failureOf(error), settings);
  if (explanation !== null) return explanation;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function explain(failure: Failure, settings: Settings): string | null {
  if (isListening(failure, settings)) return ofListening[failure.code]?.(failure, settings) ?? null;
  if (failure.path !== '' && failure.syscall !== 'connect' && isInDataDir(failure.path, settings))
    return ofDataDir[failure.code]?.(failure, settings) ?? null;
  return settings.databaseUrl === undefined ? null : explainDatabase(failure, settings);
}

/** A host name is looked up for the database as well, but then it is another name. */
function isListening({ syscall, message }: Failure, { host }: Settings): boolean {
  return syscall === 'listen' || (syscall === 'getaddrinfo' && message.endsWith(` ${host}`));
}

function isInDataDir(path: string, { dataDir }: Settings): boolean {
  const folder = resolve(dataDir);
  return resolve(path).startsWith(folder) || folder.startsWith(`${resolve(path)}/`);
}

const noSuchAddress = (_failure: Failure, { host }: Settings): string =>
  `This machine has no address ${host} to listen on. Set HOST to one it has: 127.0.0.1 for this machine only, 0.0.0.0 for all.`;

const ofListening: ByCode = {
  EADDRINUSE: (_failure, { host, port }) =>
    `Port ${port} of ${host} is in use, perhaps by another Stageline. Stop what uses it, or set PORT to another one.`,
  EACCES: (_failure, { port }) =>
    `This user may not listen on port ${port}; those below 1024 are often reserved. Set PORT to 1024 or more, such as 3000.`,
  EADDRNOTAVAIL: noSuchAddress,
  ENOTFOUND: noSuchAddress,
  EAI_AGAIN: noSuchAddress,
};

const notWritable = ({ path }: Failure, { dataDir }: Settings): string =>
  `The data dir ${dataDir} cannot be used: this user may not write ${path}. ` +
  'Give this user the right to, or set STAGELINE_DATA_DIR to a folder that it may write to.';

const notAFolder = (_failure: Failure, { dataDir }: Settings): string =>
  `The data dir ${dataDir} is, or lies below, a file. Move the file away, or set STAGELINE_DATA_DIR to a folder.`;

const ofDataDir: ByCode = {
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: notWritable,
  EEXIST: notAFolder,
  ENOTDIR: notAFolder,
  ENOSPC: (_failure, { dataDir }) =>
    `The disk of the data dir ${dataDir} is full. Make room, or set STAGELINE_DATA_DIR to a folder elsewhere.`,
};

const unreachable = ({ code }: Failure, { databaseUrl }: Settings): string =>
  `The PostgreSQL of DATABASE_URL does not answer at ${addressOf(databaseUrl)}${code === '' ? '' : ` (${code})`}. ` +
  'Is it running, and are host and port right?';

const refusedLogin = ({ message }: Failure): string =>
  `PostgreSQL does not let the user of DATABASE_URL in: ${message}. Set user and password right in DATABASE_URL.`;

const ofDatabase: ByCode = {
  EACCES: unreachable,
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  ENOENT: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  '28P01': refusedLogin,
  '28000': refusedLogin,
  '3D000': ({ message }) =>
    `PostgreSQL has no such database: ${message}. Make it with createdb, or name another in DATABASE_URL.`,
  '42501': ({ message }) =>
    `The user of DATABASE_URL lacks a privilege: ${message}. For the first start it must own the database, or may create in it, ` +
    'and have CREATEROLE;\nor let an administrator make the roles: create role stageline_owner nologin; ' +
    'create role stageline_app nologin; grant stageline_owner, stageline_app to <user>;',
  '57P03': ({ message }) => `PostgreSQL is not ready yet: ${message}. Start again in a moment.`,
  '53300': ({ message }) =>
    `PostgreSQL takes no more connections: ${message}. Raise its max_connections, or lower STAGELINE_DB_POOL.`,
};

function explainDatabase(failure: Failure, settings: Settings): string | null {
  const known = ofDatabase[failure.code];
  if (known !== undefined) return known(failure, settings);
  return /^(timeout expired|Connection terminated)/.test(failure.message) ? unreachable(failure, settings) : null;
}

/** Without user and password: what is printed ends up in logs. */
function addressOf(databaseUrl = ''): string {
  const { hostname, port, searchParams } = new URL(databaseUrl);
  return `${searchParams.get('host') ?? hostname}:${port === '' ? '5432' : port}`;
}

/** TypeORM wraps what the driver throws. */
function failureOf(error: unknown): Failure {
  const { driverError } = (error ?? {}) as { driverError?: unknown };
  const cause = (driverError ?? error ?? {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof cause[name] === 'string' ? cause[name] : '');
  return { code: text('code'), syscall: text('syscall'), path: text('path'), message: text('message') };
}
