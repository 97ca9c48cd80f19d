/**
 * The command line: `npm run stageline -- <command>`. `migrate` goes to the database itself; the others ask a running service over HTTP,
 * as any client would. What was asked for goes to standard output, everything else to standard error; ends with 1 where it was not done.
 */
import 'reflect-metadata';
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from './platform/config/config.js';
import { FolderInUseError } from './platform/database/embedded/folder-lock.js';
import { migrate } from './platform/database/migrate.js';
import { openDatabase } from './platform/database/open-database.js';

const HELP = `npm run stageline -- <command>

  migrate              bring the database of DATABASE_URL, else the embedded one, to this version
  verify               recompute every hash of the timeline; ends with 1 where something was changed
  export [--out FILE]  the whole timeline, one event a line (JSON), to standard output or a file
  help                 this page

verify and export ask the service at STAGELINE_URL, else at http://127.0.0.1:$PORT (3000), with the key in STAGELINE_KEY,
else STAGELINE_ADMIN_KEY, else the one in the data dir. docs/runbook.md says when to use which.
`;

/** It cannot be done; the message says why and what to do. */
class CommandError extends Error {
  override readonly name = 'CommandError';
}

type Options = Readonly<{ out?: string | undefined }>;
type Service = Readonly<{ url: string; key: string }>;
type TimelinePage = Readonly<{ items: readonly object[]; next: string | null }>;
type Verdict = Readonly<{
  valid: boolean;
  checked_events: number;
  checked_seals: number;
  finding: Readonly<{ message: string; position: number }> | null;
}>;

const commands: Readonly<Record<string, (options: Options) => Promise<void>>> = {
  migrate: migrateDatabase,
  verify: verifyTimeline,
  export: exportTimeline,
  help: () => print(HELP),
};

async function main(): Promise<void> {
  const { positionals, values } = parsed(process.argv.slice(2));
  const [name = 'help', ...surplus] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined || surplus.length > 0) throw unknown(`"${positionals.join(' ')}" is not a command.`);
  if (values.out !== undefined && name !== 'export') throw unknown(`${name} takes no --out.`);
  await command(values);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { out: { type: 'string' } } });
  } catch (error) {
    throw unknown((error as Error).message);
  }
}

function unknown(what: string): CommandError {
  return new CommandError(`${what} "npm run stageline -- help" lists the commands.`);
}

async function migrateDatabase(): Promise<void> {
  const database = await openDatabase(loadConfig(process.env), () => undefined).catch(databaseFailed);
  try {
    const ran = await migrate({ connection: database.connection }).catch(databaseFailed);
    await print(ran.length === 0 ? 'The database is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
  } finally {
    await database.stop();
  }
}

/** What the system or PostgreSQL refuses has a code and is told in a line; anything else is a fault of ours and keeps its stack. */
function databaseFailed(error: unknown): never {
  const { code, message } = error as { code?: string; message?: string };
  if (code === undefined) throw error;
  throw new CommandError(`The database said no (${code}): ${message ?? ''}`, { cause: error });
}

async function verifyTimeline(): Promise<void> {
  const { valid, checked_events: events, checked_seals: seals, finding } = await ask<Verdict>('POST', '/audit/verify');
  const checked = `${String(events)} events under ${String(seals)} seals`;
  if (valid) return print(`Nothing was changed: ${checked}.\n`);
  const what = `at position ${String(finding?.position)}: ${finding?.message ?? 'no reason given'}`;
  throw new CommandError(`Something was changed, ${what} Before it, ${checked} are as they were made.`);
}

async function exportTimeline({ out }: Options): Promise<void> {
  const counted = { count: 0 };
  const lines = Readable.from(eventLines(counted));
  if (out === undefined) await pipeline(lines, process.stdout, { end: false }).catch(unlessReaderLeft);
  else await writeWhole(out, lines);
  process.stderr.write(`Exported ${String(counted.count)} events.\n`);
}

/** Beside the file first, so that a broken export never stands where a whole one is expected. */
async function writeWhole(path: string, lines: Readable): Promise<void> {
  const draft = `${path}.${String(process.pid)}.part`;
  try {
    await pipeline(lines, createWriteStream(draft, { flags: 'wx' }));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CommandError(`${path} cannot be written: ${message}`, { cause: error });
  }
}

async function* eventLines(counted: { count: number }): AsyncGenerator<string> {
  for (let after: string | null = '0'; after !== null;) {
    const page: TimelinePage = await ask<TimelinePage>('GET', `/timeline?limit=200&after=${after}`);
    counted.count += page.items.length;
    yield page.items.map((event) => `${JSON.stringify(event)}\n`).join('');
    after = page.next;
  }
}

/** `export | head` closes the other end: nothing is wrong then. */
function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

async function ask<Body>(method: 'GET' | 'POST', path: string): Promise<Body> {
  const { url, key } = await findService();
  const request = { method, headers: { authorization: `Bearer ${key}` } };
  const response = await fetch(url + path, request).catch(() => {
    throw new CommandError(
      `No Stageline answers at ${url}. Start one with npm start, or name another with STAGELINE_URL.`,
    );
  });
  if (response.ok) return (await response.json()) as Body;
  const said = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const refusal = `${String(response.status)} ${said.code ?? response.statusText}: ${said.detail ?? ''}`;
  throw new CommandError(`The service at ${url} answered ${method} ${path} with ${refusal}`);
}

async function findService(): Promise<Service> {
  const { STAGELINE_URL: url, STAGELINE_KEY: named, STAGELINE_ADMIN_KEY: admin, ...env } = process.env;
  const address = url || `http://127.0.0.1:${env['PORT'] || '3000'}`;
  return { url: address.replace(/\/+$/, ''), key: named || admin || (await keptKey(env['STAGELINE_DATA_DIR'])) };
}

async function keptKey(dataDir: string | undefined): Promise<string> {
  const file = join(dataDir || './.stageline', 'admin-key');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new CommandError(`There is no key in ${file}. Give one with STAGELINE_KEY.`, { cause: error });
  }
}

function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

main().catch((error: unknown) => {
  const isExpected = [CommandError, ConfigError, FolderInUseError].some((kind) => error instanceof kind);
  process.stderr.write(`${isExpected ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
});
