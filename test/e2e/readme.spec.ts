import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeFolder, removeFolder } from '../support/folders.js';
import { ADMIN_KEY, startTestService } from '../support/service.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');
const blocks = [...readme.matchAll(/^```bash\n([^]*?)^```$/gm)].map(([, code]) => code ?? '');

type Ended = Readonly<{ code: number | null; out: string; err: string }>;

describe('the tour in README.md', () => {
  const folder = makeFolder();
  let service: Awaited<ReturnType<typeof startTestService>>;
  let tour: Ended;
  beforeAll(async () => {
    service = await startTestService();
    mkdirSync(join(folder, '.stageline'));
    writeFileSync(join(folder, '.stageline', 'admin-key'), `${ADMIN_KEY}\n`);
    tour = await bash(blocks.join('\n').replaceAll('http://127.0.0.1:3000', service.url), folder);
  }, 30_000);
  afterAll(async () => {
    await service.close();
    removeFolder(folder);
  });

  it('runs as it is written', () => {
    expect(tour).toMatchObject({ code: 0 });
    // The stream never ends by itself; that curl gives it up is part of the tour.
    expect(tour.err.replace(/^curl: \(28\) .*\n/m, '')).toBe('');
  });

  it.each([
    ['the project before its second stage', '"stage_number":1'],
    ['what is missing', '"code":"stage-not-ready"'],
    ['readiness', '"required_actions":['],
    ['the dry run', '"events":[{'],
    ['the options at the gate', '"options":["proceed","narrow","pivot","park"]'],
    ['the second stage', '"current_stage":"validated_direction"'],
    ['the replay', 'idempotency-replayed: true'],
    ['what happened in between', '"intervening":[{'],
    ['the run as it was', '"version":4'],
    ['gate decisions', '"event_type":"gate.decided"'],
    ['the stream', 'event: stage_event'],
    ['the verdict', '"valid":true'],
  ])('shows %s', (_what, answer) => {
    expect(tour.out).toContain(answer);
  });
});

describe('README.md', () => {
  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm (?:run )?([a-z]+)/g)].map(([, name]) => name ?? '');
    expect(named).toEqual(expect.arrayContaining(['start', 'test', 'demo', 'stageline', 'check']));
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('names only services and settings that docker-compose.yml has', () => {
    const compose = read('docker-compose.yml');
    expect(readme).toContain('docker compose logs stageline');
    expect(compose).toMatch(/^ {2}stageline:$/m);
    expect(compose).toContain('${POSTGRES_PASSWORD:?');
  });

  it('names only files and folders that exist', () => {
    const linked = [...readme.matchAll(/\]\(([^)#:]+)\)/g), ...readme.matchAll(/^\| `([a-z/]+)` \|/gm)];
    const missing = linked
      .map(([, path]) => path ?? '')
      .filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)));
    expect(linked.length).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });
});

function bash(script: string, cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd,
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    child.once('close', (code) => resolve({ code, ...said }));
  });
}
