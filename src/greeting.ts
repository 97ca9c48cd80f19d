import type { Config } from './platform/config/config.js';
import { SOFTWARE_VERSION } from './platform/software-version.js';
import type { Service } from './service.js';

/** What a person who starts the service sees: where it is, how to get in, and what to do next. */
export function greeting({ url, newAdminKey, isEmbedded }: Service, { dataDir, roles }: Config): string {
  const lines = [
    '',
    `Stageline ${SOFTWARE_VERSION} ${url === null ? `works as ${roles.join(', ')}` : `listens on ${url}`}`,
    isEmbedded ? `  Data          ${dataDir} (PostgreSQL inside)` : '  Data          the PostgreSQL of DATABASE_URL',
    ...(url === null ? [] : whereToLook(url)),
    ...(newAdminKey === null ? [] : firstKey(newAdminKey, isEmbedded ? dataDir : null)),
    ...(url === null ? [] : nextSteps(url, newAdminKey)),
    '',
    '',
  ];
  return lines.join('\n');
}

function whereToLook(url: string): string[] {
  return [`  API           ${url}/docs`, `  Ready?        ${url}/health/ready`];
}

function firstKey(key: string, dataDir: string | null): string[] {
  const kept = dataDir === null ? 'it is shown this once, so keep it now' : `also in ${dataDir}/admin-key`;
  return ['', `  Your admin key (${kept}):`, `    ${key}`];
}

function nextSteps(url: string, key: string | null): string[] {
  const shown = key ?? '$STAGELINE_KEY';
  return [
    '',
    '  Next, in another terminal:',
    '    npm run demo                     a founder’s story, told through the API',
    `    curl -H "Authorization: Bearer ${shown}" ${url}/timeline`,
  ];
}
