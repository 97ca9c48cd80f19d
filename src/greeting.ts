import { join } from 'node:path';
import type { Config } from './platform/config/config.js';
import { SOFTWARE_VERSION } from './platform/software-version.js';
import type { Service } from './service.js';

type Greeted = Pick<Service, 'url' | 'newAdminKey' | 'isEmbedded'>;
type Settings = Pick<Config, 'dataDir' | 'roles' | 'host'>;

/** What a person who starts the service sees: where it is, how to get in, and what to do next. */
export function greeting({ url, newAdminKey, isEmbedded }: Greeted, { dataDir, roles, host }: Settings): string {
  const keyFile = isEmbedded ? join(dataDir, 'admin-key') : null;
  const lines = [
    '',
    `Stageline ${SOFTWARE_VERSION} ${url === null ? `works as ${roles.join(', ')}` : `listens on ${url}`}`,
    isEmbedded ? `  Data          ${dataDir} (PostgreSQL inside)` : '  Data          the PostgreSQL of DATABASE_URL',
    ...(url === null ? [] : whereToLook(url, host)),
    ...(newAdminKey === null ? [] : firstKey(newAdminKey, keyFile)),
    ...(url === null ? [] : nextSteps(url, keyFile === null ? (newAdminKey ?? '$STAGELINE_KEY') : `$(cat ${keyFile})`)),
    '',
    '',
  ];
  return lines.join('\n');
}

function whereToLook(url: string, host: string): string[] {
  const isOpen = ['0.0.0.0', '::'].includes(host);
  return [
    `  API           ${url}/docs`,
    `  Ready?        ${url}/health/ready`,
    ...(isOpen ? ['  Open          to the network, without TLS: put a proxy with TLS in front of it'] : []),
  ];
}

function firstKey(key: string, keyFile: string | null): string[] {
  const kept = keyFile === null ? 'it is shown this once, so keep it now' : `also in ${keyFile}`;
  return ['', `  Your admin key (${kept}):`, `    ${key}`];
}

/** The demo looks for the service at the default port. */
function nextSteps(url: string, key: string): string[] {
  const place = new URL(url).port === '3000' ? '' : `STAGELINE_URL=${url} `;
  return [
    '',
    '  Next, in another terminal:',
    `    ${place}npm run demo                     a founder’s story, told through the API`,
    `    curl -H "Authorization: Bearer ${key}" ${url}/timeline`,
  ];
}
