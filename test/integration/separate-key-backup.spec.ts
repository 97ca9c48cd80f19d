import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../src/platform/database/migrate.js';
import { DEFAULT_TENANT_ID } from '../../src/kernel/command-context.js';
import { makeFolder, removeFolder } from '../support/folders.js';
import { type PrivatePostgres, startPrivatePostgres } from '../support/private-postgres.js';
import { run } from '../support/test-server.js';

const BIN = '/usr/lib/postgresql/15/bin';
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const commands = [...runbook.matchAll(/^(pg_dump|pg_restore) .+$/gm)].map(([line]) => line);
const [dump = '', restore = '', dumpKeys = '', restoreKeys = ''] = commands;
const EXCLUDED = /`(--exclude-table-data=\S+)`/.exec(runbook)?.[1] ?? '';
const robin = '0192d1a0-0000-7000-8000-000000000001';

describe('the runbook', () => {
  it('dumps and restores the whole, then the keys of people', () => {
    expect(commands).toHaveLength(4);
    expect([dump, restore].join()).not.toContain('person_keys');
    expect(EXCLUDED).toBe('--exclude-table-data=stageline.person_keys');
  });
});

// The tools come with a server. Where this machine has none, `.ci/run` does.
if (existsSync(`${BIN}/pg_dump`)) describe('the backup of the keys of people', separateBackup);
else process.stderr.write('pg_dump 15 is not on this machine, so backups are not tried here; .ci/run installs it.\n');

function separateBackup(): void {
  const folder = makeFolder();
  let postgres: PrivatePostgres;
  const urlOf = (database: string) => postgres.url({ user: 'operator', database });
  const sh = (command: string) => {
    const env = {
      PATH: `${BIN}:${process.env['PATH'] ?? ''}`,
      DATABASE_URL: urlOf('live'),
      RESTORED_URL: urlOf('restored'),
    };
    execFileSync('bash', ['-c', command], { cwd: folder, env, stdio: 'pipe' });
  };
  const keys = async () => {
    const client = new pg.Client(urlOf('restored'));
    await client.connect();
    const { rows } = await client.query<{ person_id: string }>('select person_id from stageline.person_keys');
    await client.end();
    return rows.map(({ person_id: id }) => id);
  };

  beforeAll(async () => {
    postgres = await startPrivatePostgres({ initdb: `${BIN}/initdb`, postgres: `${BIN}/postgres` });
    await run(urlOf('postgres'), 'create database live', 'create database restored');
    await migrate({ connection: { connectionString: urlOf('live') } });
    const key = `insert into stageline.person_keys (person_id, tenant_id, key) values ('${robin}', '${DEFAULT_TENANT_ID}', sha256(''))`;
    await run(urlOf('live'), key);
  }, 60_000);
  afterAll(async () => {
    await postgres.close();
    removeFolder(folder);
  });

  it('is apart from the rest, and comes back beside it', async () => {
    sh(dump.replace('pg_dump', `pg_dump ${EXCLUDED}`));
    sh(dumpKeys);
    sh(restore);
    expect(await keys()).toEqual([]);
    sh(restoreKeys);
    expect(await keys()).toEqual([robin]);
  }, 30_000);
}
