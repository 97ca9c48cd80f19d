import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { secretIn } from '../auth/api-key.js';
import { vaultKeyFrom } from '../vault/vault-key.js';
import { ConfigError, loadConfig } from './config.js';
import type { Environment, Setting } from './setting.js';
import { settings } from './settings.js';

const SEALING_KEY = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const RSA_KEY = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const VAULT_KEY = Buffer.alloc(32, 7).toString('base64');
const ADMIN_KEY = 'an-admin-key-of-some-length';

describe('loading the configuration', () => {
  it('needs nothing to be set', () => {
    expect(loadConfig({ PATH: '/usr/bin' })).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: './.stageline',
      databaseUrl: undefined,
      adminKey: undefined,
      migrate: 'on',
      roles: ['api', 'worker', 'sealer'],
      databasePool: 16,
      logLevel: 'info',
      logFormat: undefined,
      bodyLimitBytes: 8_388_608,
      sealIntervalMs: 20,
      sealingKey: undefined,
      vaultKey: undefined,
      rateLimitPerMinute: 0,
      trustedKeys: [],
      workerConcurrency: 10,
      httpAllowPrivate: [],
      webhookConcurrency: 50,
      webhookAttempts: 18,
      webhookBackoffSeconds: 10,
      webhookKeepSeconds: 604_800,
      archiveJobsAfterSeconds: 86400,
      shutdownSeconds: 20,
      secrets: new Map(),
    });
  });

  it('takes every setting from its variable', () => {
    const env = {
      PORT: '0',
      HOST: '::1',
      STAGELINE_DATA_DIR: '/data',
      DATABASE_URL: 'postgresql://me:secret@db.example:5433/stageline?sslmode=require',
      STAGELINE_ADMIN_KEY: ADMIN_KEY,
      STAGELINE_MIGRATE: 'off',
      STAGELINE_ROLES: 'sealer, api',
      STAGELINE_DB_POOL: '200',
      STAGELINE_LOG_LEVEL: 'silent',
      STAGELINE_LOG_FORMAT: 'json',
      STAGELINE_BODY_LIMIT_BYTES: '1024',
      STAGELINE_SEAL_INTERVAL_MS: '10000',
      STAGELINE_SEALING_KEY: SEALING_KEY,
      STAGELINE_RATE_LIMIT: '60',
      STAGELINE_TRUSTED_KEYS: '0123456789abcdef0123456789abcdef',
      STAGELINE_WORKER_CONCURRENCY: '1',
      STAGELINE_HTTP_ALLOW_PRIVATE: 'on',
      STAGELINE_VAULT_KEY: VAULT_KEY,
      STAGELINE_WEBHOOK_CONCURRENCY: '1',
      STAGELINE_WEBHOOK_ATTEMPTS: '3',
      STAGELINE_WEBHOOK_BACKOFF_SECONDS: '2',
      STAGELINE_WEBHOOK_KEEP_SECONDS: '3600',
      STAGELINE_ARCHIVE_JOBS_AFTER_SECONDS: '3600',
      STAGELINE_SHUTDOWN_SECONDS: '1',
      STAGELINE_SECRET_CRM_TOKEN: ' Bearer abc\n',
      STAGELINE_SECRET_EMPTY: '',
    };
    expect(loadConfig(env)).toEqual({
      port: 0,
      host: '::1',
      dataDir: '/data',
      databaseUrl: env.DATABASE_URL,
      adminKey: ADMIN_KEY,
      migrate: 'off',
      roles: ['api', 'sealer'],
      databasePool: 200,
      logLevel: 'silent',
      logFormat: 'json',
      bodyLimitBytes: 1024,
      sealIntervalMs: 10_000,
      sealingKey: SEALING_KEY,
      rateLimitPerMinute: 60,
      trustedKeys: ['0123456789abcdef0123456789abcdef'],
      workerConcurrency: 1,
      httpAllowPrivate: 'all',
      vaultKey: vaultKeyFrom(VAULT_KEY),
      webhookConcurrency: 1,
      webhookAttempts: 3,
      webhookBackoffSeconds: 2,
      webhookKeepSeconds: 3600,
      archiveJobsAfterSeconds: 3600,
      shutdownSeconds: 1,
      secrets: new Map([['CRM_TOKEN', 'Bearer abc']]),
    });
  });

  it('takes a variable set to nothing as not set', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 3000, databaseUrl: undefined });
  });

  it('takes an admin key as long as one may be that is sent', () => {
    const longest = 'k'.repeat(200);
    expect(loadConfig({ STAGELINE_ADMIN_KEY: longest }).adminKey).toBe(secretIn(`Bearer ${longest}`));
  });

  it.each([Buffer.from(SEALING_KEY).toString('base64'), SEALING_KEY.trim().replaceAll('\n', '\\n')])(
    'takes a sealing key written on one line',
    (line) => {
      expect(loadConfig({ STAGELINE_SEALING_KEY: line }).sealingKey?.trim()).toBe(SEALING_KEY.trim());
    },
  );

  it('names all that is wrong at once, with what was expected and what was given', () => {
    expect(problemsOf({ PORT: 'http', STAGELINE_DB_POOL: '1', STAGELINE_MIGRATE: 'yes' })).toEqual([
      'PORT must be a whole number from 0 to 65535; it is "http".',
      'STAGELINE_MIGRATE must be on or off; it is "yes".',
      'STAGELINE_DB_POOL must be a whole number from 2 to 200; it is "1".',
    ]);
  });

  it.each<[string, string]>([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3e3'],
    ['PORT', ' 3000'],
    ['HOST', 'not a host'],
    ['STAGELINE_DATA_DIR', ' /data'],
    ['DATABASE_URL', 'mysql://localhost/stageline'],
    ['DATABASE_URL', 'localhost'],
    ['STAGELINE_ADMIN_KEY', 'too-short-to-be-a-key-x'],
    ['STAGELINE_ADMIN_KEY', 'k'.repeat(201)],
    ['STAGELINE_ADMIN_KEY', 'long enough but with spaces in it'],
    ['STAGELINE_ROLES', 'api,cook'],
    ['STAGELINE_ROLES', 'api,'],
    ['STAGELINE_DB_POOL', '201'],
    ['STAGELINE_LOG_LEVEL', 'loud'],
    ['STAGELINE_LOG_FORMAT', 'xml'],
    ['STAGELINE_BODY_LIMIT_BYTES', '1023'],
    ['STAGELINE_BODY_LIMIT_BYTES', '67108865'],
    ['STAGELINE_SEAL_INTERVAL_MS', '4'],
    ['STAGELINE_SEALING_KEY', 'not a key'],
    ['STAGELINE_SEALING_KEY', RSA_KEY.toString()],
    ['STAGELINE_VAULT_KEY', 'c2hvcnQ='],
    ['STAGELINE_RATE_LIMIT', '-5'],
    ['STAGELINE_WEBHOOK_ATTEMPTS', '0'],
    ['STAGELINE_WORKER_CONCURRENCY', '0'],
    ['STAGELINE_HTTP_ALLOW_PRIVATE', 'on,localhost'],
    ['STAGELINE_HTTP_ALLOW_PRIVATE', 'http://localhost'],
    ['STAGELINE_HTTP_ALLOW_PRIVATE', 'localhost:8080'],
    ['STAGELINE_HTTP_ALLOW_PRIVATE', 'fe80::1%eth0'],
    ['STAGELINE_SHUTDOWN_SECONDS', '0'],
  ])('refuses %s=%s', (variable, value) => {
    expect(problemsOf({ [variable]: value })).toEqual([expect.stringContaining(`${variable} must be `)]);
  });

  it.each(['DATABASE_URL', 'STAGELINE_ADMIN_KEY', 'STAGELINE_SEALING_KEY', 'STAGELINE_VAULT_KEY'])(
    'does not repeat the secret %s',
    (variable) => {
      const [problem = ''] = problemsOf({ [variable]: 'hunter2' });
      expect(problem).toContain('secret');
      expect(problem).not.toContain('hunter2');
    },
  );

  it('suggests the setting that was meant', () => {
    expect(problemsOf({ STAGELINE_DATADIR: '/data', STAGELINE_COLOUR: 'red' })).toEqual([
      'STAGELINE_COLOUR is not a setting. docs/configuration.md lists them all.',
      'STAGELINE_DATADIR is not a setting. Did you mean STAGELINE_DATA_DIR?',
    ]);
  });

  it('takes hosts that may be called wherever they are', () => {
    expect(loadConfig({ STAGELINE_HTTP_ALLOW_PRIVATE: 'CRM.internal, 10.0.0.5,0:0::1' }).httpAllowPrivate).toEqual([
      'crm.internal',
      '10.0.0.5',
      '::1',
    ]);
  });

  it('takes no secret whose name cannot be one', () => {
    expect(problemsOf({ STAGELINE_SECRET_: 'hunter2', STAGELINE_SECRET_1: 'hunter2' })).toEqual([
      expect.stringMatching(/^STAGELINE_SECRET_ is not a setting/),
      expect.stringMatching(/^STAGELINE_SECRET_1 is not a setting/),
    ]);
  });

  it('lets the variables of the test run pass', () => {
    expect(loadConfig({ STAGELINE_TEST_DATABASE_URL: 'postgres://localhost/x' }).port).toBe(3000);
  });

  it('lets the variables of clients pass', () => {
    expect(loadConfig({ STAGELINE_URL: 'http://localhost:3000', STAGELINE_KEY: 'sl_key' }).port).toBe(3000);
  });
});

describe('the variables that Kubernetes sets beside a Service named stageline', () => {
  it('pass', () => {
    const env = {
      STAGELINE_SERVICE_HOST: '10.0.0.7',
      STAGELINE_SERVICE_PORT: '3000',
      STAGELINE_SERVICE_PORT_HTTP: '3000',
      STAGELINE_PORT: 'tcp://10.0.0.7:3000',
      STAGELINE_PORT_3000_TCP: 'tcp://10.0.0.7:3000',
      STAGELINE_PORT_3000_TCP_PROTO: 'tcp',
      STAGELINE_PORT_3000_TCP_PORT: '3000',
      STAGELINE_PORT_3000_TCP_ADDR: '10.0.0.7',
      STAGELINE_WORKER_SERVICE_HOST: '10.0.0.8',
      STAGELINE_WORKER_PORT: 'tcp://10.0.0.8:3000',
    };
    expect(loadConfig(env).port).toBe(3000);
  });

  it('do not hide a PORT that was meant', () => {
    expect(problemsOf({ STAGELINE_PORT: '8080' })).toEqual([expect.stringMatching(/^STAGELINE_PORT is not a setting/)]);
  });
});

describe('docs/configuration.md', () => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \|/gm)];

  it('has each setting, in order, with what it may be and its default', () => {
    const documented = rows.map(([, variable, expected, fallback]) => [
      variable,
      expected,
      fallback?.replaceAll('`', ''),
    ]);
    const existing = Object.values<Setting<unknown>>(settings);
    expect(documented).toEqual(
      existing.map(({ variable, expected, defaultText }) => [variable, expected, defaultText]),
    );
  });
});

function problemsOf(env: Environment): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('These settings are all right.');
}
