import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Absolute paths of the programs of one PostgreSQL installation. */
export type Binaries = Readonly<{ initdb: string; postgres: string }>;

/** Finds the PostgreSQL that the npm package brings for this platform. Throws when there is none. */
export function findBinaries(): Binaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const folder = packageFolder(platform);
  const binaries = { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
  if (!existsSync(binaries.initdb) || !existsSync(binaries.postgres)) throw notInstalled(platform);
  return binaries;
}

/** The programs come as an optional dependency of `embedded-postgres`, so they are looked for from there. */
function packageFolder(platform: string): string {
  try {
    const here = createRequire(import.meta.url);
    const there = createRequire(here.resolve('embedded-postgres'));
    return join(there.resolve(`@embedded-postgres/${platform}`), '..', '..', 'native');
  } catch {
    throw notInstalled(platform);
  }
}

function notInstalled(platform: string): Error {
  return new EmbeddedPostgresError(
    `No embedded PostgreSQL for ${platform} is installed. ` +
      'Run npm ci without --omit=optional, or set DATABASE_URL to use a PostgreSQL server instead.',
  );
}
