import { createPrivateKey } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { vaultKeyFrom } from '../vault/vault-key.js';
import { oneOf, optionalSecret, someOf, text, wholeNumber, withDefault, type Setting } from './setting.js';

/** What a process may do; several processes may share the work. */
const processRoles = ['api', 'worker', 'sealer'] as const;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const LOG_FORMATS = ['json', 'text'] as const;
const KIB = 1024;
const MIB = 1024 * KIB;

const logFormat: Setting<(typeof LOG_FORMATS)[number] | undefined> = {
  ...oneOf(LOG_FORMATS),
  variable: 'STAGELINE_LOG_FORMAT',
  defaultText: 'text at a terminal, else json',
  isSecret: false,
  fallback: () => undefined,
};

/** Every setting there is, by its name in `Config`. docs/configuration.md has a row for each. */
export const settings = {
  port: withDefault('PORT', '3000', wholeNumber(0, 65_535)),
  host: withDefault('HOST', '127.0.0.1', text('an address or host name to listen on', isHost)),
  dataDir: withDefault('STAGELINE_DATA_DIR', './.stageline', text('the path of a folder', isPath)),
  databaseUrl: optionalSecret('DATABASE_URL', 'the embedded PostgreSQL', {
    ...text('a URL like postgres://user:password@host:5432/database', isDatabaseUrl),
  }),
  adminKey: optionalSecret('STAGELINE_ADMIN_KEY', 'made and shown once at the first start', {
    ...text('from 24 to 200 characters, without spaces', (given) => /^[\x21-\x7e]{24,200}$/.test(given)),
  }),
  migrate: withDefault('STAGELINE_MIGRATE', 'on', oneOf(['on', 'off'])),
  roles: withDefault('STAGELINE_ROLES', processRoles.join(','), someOf(processRoles)),
  databasePool: withDefault('STAGELINE_DB_POOL', '16', wholeNumber(2, 200)),
  logLevel: withDefault('STAGELINE_LOG_LEVEL', 'info', oneOf(LOG_LEVELS)),
  logFormat,
  bodyLimitBytes: withDefault('STAGELINE_BODY_LIMIT_BYTES', String(8 * MIB), wholeNumber(KIB, 64 * MIB)),
  sealIntervalMs: withDefault('STAGELINE_SEAL_INTERVAL_MS', '20', wholeNumber(5, 10_000)),
  sealingKey: optionalSecret('STAGELINE_SEALING_KEY', 'made at the first start and kept in the data dir', {
    expected: 'an Ed25519 private key in PEM form, or the base64 of one',
    parse: parseSealingKey,
  }),
  trustedKeys: withDefault('STAGELINE_TRUSTED_KEYS', '', {
    expected: 'ids of sealing keys (32 hex digits each), separated by commas',
    parse: parseKeyIds,
  }),
  vaultKey: optionalSecret('STAGELINE_VAULT_KEY', 'made at the first start and kept in the data dir', {
    expected: '32 bytes in base64',
    parse: vaultKeyFrom,
  }),
  rateLimitPerMinute: withDefault('STAGELINE_RATE_LIMIT', '0', wholeNumber(0, 1_000_000)),
  workerConcurrency: withDefault('STAGELINE_WORKER_CONCURRENCY', '10', wholeNumber(1, 500)),
  httpAllowPrivate: withDefault('STAGELINE_HTTP_ALLOW_PRIVATE', 'off', {
    expected: 'off, on, or host names and addresses, separated by commas',
    parse: parseAllowedHosts,
  }),
  webhookConcurrency: withDefault('STAGELINE_WEBHOOK_CONCURRENCY', '50', wholeNumber(1, 500)),
  webhookAttempts: withDefault('STAGELINE_WEBHOOK_ATTEMPTS', '18', wholeNumber(1, 100)),
  webhookBackoffSeconds: withDefault('STAGELINE_WEBHOOK_BACKOFF_SECONDS', '10', wholeNumber(1, 3600)),
  webhookKeepSeconds: withDefault('STAGELINE_WEBHOOK_KEEP_SECONDS', '604800', wholeNumber(60, 31_536_000)),
  archiveJobsAfterSeconds: withDefault('STAGELINE_ARCHIVE_JOBS_AFTER_SECONDS', '86400', wholeNumber(60, 31_536_000)),
  shutdownSeconds: withDefault('STAGELINE_SHUTDOWN_SECONDS', '20', wholeNumber(1, 600)),
} satisfies Readonly<Record<string, Setting<unknown>>>;

/** The PEM text, whichever way the key was written: line breaks do not fit everywhere that settings are kept. */
function parseSealingKey(given: string): string | null {
  const pem = given.includes('-----BEGIN') ? given.replaceAll('\\n', '\n') : Buffer.from(given, 'base64').toString();
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519' ? pem : null;
  } catch {
    return null;
  }
}

/** Hosts that may be called though they are not on the public internet: all, or those named, without a port. */
function parseAllowedHosts(given: string): 'all' | readonly string[] | null {
  if (given === 'on') return 'all';
  if (given === 'off') return [];
  const hosts = given.split(',').map((host) => hostInUrl(host.trim()));
  return hosts.every((host): host is string => host !== null && !['on', 'off'].includes(host)) ? hosts : null;
}

/** A host as it stands in a URL, which is what it will be compared with; null where it is none, or has a port. */
function hostInUrl(given: string): string | null {
  if (!isHost(given) || (given.includes(':') && !isIPv6(given))) return null;
  const url = URL.parse(isIPv6(given) ? `http://[${given}]` : `http://${given}`);
  return url?.hostname.replace(/^\[|\]$/g, '') ?? null;
}

function parseKeyIds(given: string): readonly string[] | null {
  const ids = given.split(',').map((id) => id.trim());
  if (given === '') return [];
  return ids.every((id) => /^[0-9a-f]{32}$/.test(id)) ? ids : null;
}

function isDatabaseUrl(given: string): boolean {
  return URL.canParse(given) && ['postgres:', 'postgresql:'].includes(new URL(given).protocol);
}

function isHost(given: string): boolean {
  return /^[\w.:%-]{1,253}$/.test(given);
}

function isPath(given: string): boolean {
  return given.trim() === given && !given.includes('\0');
}
