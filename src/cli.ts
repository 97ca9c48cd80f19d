/**
 * The command line: `npm run stageline -- <command>`. `migrate` goes to the database itself; `verify FILE` to that file alone; the others
 * ask a running service over HTTP, as any client would. What was asked for goes to standard output, everything else to standard error; ends
 * with 1 where it was not done. A command is loaded when it is asked for: verifying a file needs no database and no framework.
 */
import { parseArgs } from 'node:util';
import { CommandError } from './command-error.js';

const HELP = `npm run stageline -- <command>

  migrate                       bring the database of DATABASE_URL, else the embedded one, to this version
  rebuild NAME | --all          make the rows of a projection, or of all, anew from the first event, while the service serves
  verify                        recompute every hash of the timeline; ends with 1 where not all is as it was made
  verify FILE --key PUBLIC.pem  the same of an exported timeline, offline, by the public key; --key again for another
  export [--out FILE]           the whole timeline with its seals and proofs, to standard output or a file;
    [--run ID]                  only one run;
    [--from TIME] [--to TIME]   only what was recorded from one moment on, before another
  help                          this page

rebuild, export, and verify without a file ask the service at STAGELINE_URL, else at http://127.0.0.1:$PORT (3000), with the key in
STAGELINE_KEY, else STAGELINE_ADMIN_KEY, else the one in the data dir. docs/runbook.md says when to use which.
`;

const options = {
  all: { type: 'boolean' },
  out: { type: 'string' },
  run: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  key: { type: 'string', multiple: true },
} as const;

type Given = ReturnType<typeof parsed>['values'];
/** `run` answers what to print. */
type Command = Readonly<{
  takes: readonly (keyof Given)[];
  arguments: number;
  run: (given: Given, files: readonly string[]) => Promise<string>;
}>;

const commands: Readonly<Record<string, Command>> = {
  migrate: { takes: [], arguments: 0, run: async () => (await import('./migrate-database.js')).migrateDatabase() },
  rebuild: { takes: ['all'], arguments: 1, run: rebuild },
  verify: { takes: ['key'], arguments: 1, run: verify },
  export: { takes: ['out', 'run', 'from', 'to'], arguments: 0, run: exportTimeline },
  help: { takes: [], arguments: 0, run: () => Promise.resolve(HELP) },
};

async function main(): Promise<void> {
  const { positionals, values } = parsed(process.argv.slice(2));
  const [name = 'help', ...given] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined || given.length > command.arguments)
    throw unknown(`"${positionals.join(' ')}" is not a command.`);
  const surplus = (Object.keys(values) as (keyof Given)[]).find((option) => !command.takes.includes(option));
  if (surplus !== undefined) throw unknown(`${name} takes no --${surplus}.`);
  await print(await command.run(values, given));
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw unknown((error as Error).message);
  }
}

function unknown(what: string): CommandError {
  return new CommandError(`${what} "npm run stageline -- help" lists the commands.`);
}

async function rebuild({ all = false }: Given, [name]: readonly string[]): Promise<string> {
  if ((name === undefined) !== all) throw unknown('rebuild takes the name of a projection, or --all.');
  const { rebuildProjections } = await import('./rebuild-projections.js');
  return rebuildProjections(name, (text) => process.stderr.write(text));
}

async function verify({ key: keys = [] }: Given, [file]: readonly string[]): Promise<string> {
  if (file !== undefined) return (await import('./verify-file.js')).verifyFile(file, keys);
  if (keys.length > 0) throw unknown('verify takes --key with a file only.');
  return (await import('./verify-timeline.js')).verifyTimeline();
}

async function exportTimeline(given: Given): Promise<string> {
  await (await import('./export-timeline.js')).exportTimeline(given);
  return '';
}

function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

main().catch(async (error: unknown) => {
  if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  const { startFailure } = await import('./start-failure.js');
  process.stderr.write(`${startFailure(error, null)}\n`);
  process.exitCode = 1;
});
