/**
 * The command line: `npm run stageline -- <command>`. `migrate` goes to the database itself; the others ask a running service over HTTP,
 * as any client would. What was asked for goes to standard output, everything else to standard error; ends with 1 where it was not done.
 */
import 'reflect-metadata';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from './platform/config/config.js';
import { migrate } from './platform/database/migrate.js';
import { openDatabase } from './platform/database/open-database.js';
import { rebuildProjections } from './rebuild-command.js';
import { CommandError, ask } from './service-client.js';
import { startFailure } from './start-failure.js';

const HELP = `npm run stageline -- <command>

  migrate              bring the database of DATABASE_URL, else the embedded one, to this version
  rebuild NAME|--all   make the rows of a projection, or of all, anew from the first event, while the service serves
  verify               recompute every hash of the timeline; ends with 1 where not all is as it was made
  export [--out FILE]  the whole timeline, one event a line (JSON), to standard output or a file
  help                 this page

rebuild, verify and export ask the service at STAGELINE_URL, else at http://127.0.0.1:$PORT (3000), with the key in STAGELINE_KEY,
else STAGELINE_ADMIN_KEY, else the one in the data dir. docs/runbook.md says when to use which.
`;

type Options = Readonly<{ out?: string | undefined; all?: boolean | undefined }>;
type TimelinePage = Readonly<{ items: readonly object[]; next: string | null }>;
type Verdict = Readonly<{
  valid: boolean;
  checked_events: number;
  checked_seals: number;
  finding: Readonly<{ kind: string; message: string; position: number }> | null;
}>;

const commands: Readonly<Record<string, (options: Options, name?: string) => Promise<void>>> = {
  migrate: migrateDatabase,
  rebuild,
  verify: verifyTimeline,
  export: exportTimeline,
  help: () => print(HELP),
};

async function main(): Promise<void> {
  const { positionals, values } = parsed(process.argv.slice(2));
  const [name = 'help', ...surplus] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined || surplus.length > (name === 'rebuild' ? 1 : 0))
    throw unknown(`"${positionals.join(' ')}" is not a command.`);
  if (values.out !== undefined && name !== 'export') throw unknown(`${name} takes no --out.`);
  if (values.all !== undefined && name !== 'rebuild') throw unknown(`${name} takes no --all.`);
  await command(values, surplus[0]);
}

function parsed(args: readonly string[]) {
  try {
    const options = { out: { type: 'string' }, all: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw unknown((error as Error).message);
  }
}

function unknown(what: string): CommandError {
  return new CommandError(`${what} "npm run stageline -- help" lists the commands.`);
}

async function migrateDatabase(): Promise<void> {
  const config = loadConfig(process.env);
  const ran = await migrated(config).catch((error: unknown) => {
    throw new CommandError(startFailure(error, config), { cause: error });
  });
  await print(ran.length === 0 ? 'The database is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
}

async function migrated(config: Config): Promise<readonly string[]> {
  const database = await openDatabase(config, () => undefined);
  try {
    return await migrate(database);
  } finally {
    await database.stop();
  }
}

async function rebuild({ all = false }: Options, name?: string): Promise<void> {
  if ((name === undefined) !== all) throw unknown('rebuild takes the name of a projection, or --all.');
  await print(await rebuildProjections(name, (text) => process.stderr.write(text)));
}

async function verifyTimeline(): Promise<void> {
  const verdict = await ask<Verdict>(process.env, 'POST', '/audit/verify');
  const { valid, checked_events: events, checked_seals: seals, finding } = verdict;
  const checked = `${String(events)} events under ${String(seals)} seals`;
  if (valid) return print(`Nothing was changed: ${checked}.\n`);
  const what = `at position ${String(finding?.position)}: ${finding?.message ?? 'no reason given'}`;
  const before = `Before it, ${checked} are as they were made.`;
  if (finding?.kind === 'unknown-key')
    throw new CommandError(`Verified only in part, ${what} ${before}\n${UNKNOWN_KEY}`);
  throw new CommandError(`Something was changed, ${what} ${before}`);
}

const UNKNOWN_KEY = `This alone is no sign of a change. Is the key one of yours, of another process or from before a data dir was lost? Then start the
service with its id in STAGELINE_TRUSTED_KEYS and verify again; give all processes that seal the same STAGELINE_SEALING_KEY.
Is it not yours? Then somebody else has sealed: what follows proves nothing.`;

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
    const page: TimelinePage = await ask<TimelinePage>(process.env, 'GET', `/timeline?limit=200&after=${after}`);
    counted.count += page.items.length;
    yield page.items.map((event) => `${JSON.stringify(event)}\n`).join('');
    after = page.next;
  }
}

/** `export | head` closes the other end: nothing is wrong then. */
function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof CommandError ? error.message : startFailure(error, null)}\n`);
  process.exitCode = 1;
});
