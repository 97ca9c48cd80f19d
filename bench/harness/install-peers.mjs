import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { progress } from './progress.mjs';

const BENCH = new URL('../', import.meta.url);

/** Installs the peers where they are missing or others than the lockfile says. */
export function installPeers() {
  if (isInstalled()) return;
  progress('installing the peers');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: fileURLToPath(BENCH), stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error('npm could not install the peers: see above. Is the package registry within reach?');
}

/** By npm's own note of what it installed. */
function isInstalled() {
  const note = new URL('node_modules/.package-lock.json', BENCH);
  if (!existsSync(note)) return false;
  const versions = (file) =>
    Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages)
      .filter(([path, { optional }]) => path !== '' && optional !== true)
      .map(([path, { version }]) => `${path}@${version}`)
      .sort()
      .join();
  return versions(note) === versions(new URL('package-lock.json', BENCH));
}
