import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService } from '../support/service.js';

const SOURCES = new URL('../../src/', import.meta.url);
const VERBS = ['get', 'post', 'put', 'patch', 'delete'];

let service: Awaited<ReturnType<typeof startTestService>>;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

describe('/openapi.json', () => {
  it('has every route of every controller, and no other', async () => {
    const { body } = await service.api.get<{ paths: Record<string, Record<string, unknown>> }>('/openapi.json');
    const documented = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((verb) => VERBS.includes(verb))
        .map((verb) => `${verb.toUpperCase()} ${path}`),
    );
    expect(documented.length).toBeGreaterThan(30);
    expect(documented.sort()).toEqual(controllers().flatMap(routesIn).sort());
  });
});

/** Sources of the controllers that the document is about; those left out on purpose say so. */
function controllers(): readonly string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.controller.ts'))
    .map((path) => readFileSync(new URL(path, SOURCES), 'utf8'))
    .filter((source) => !source.includes('@ApiExcludeController()'));
}

function routesIn(source: string): readonly string[] {
  const prefix = /@Controller\('([^']*)'\)/.exec(source)?.[1] ?? '';
  return [...source.matchAll(/^ {2}@(Get|Post|Put|Patch|Delete)\((?:'([^']*)')?\)/gm)].map(
    ([, verb = '', path = '']) => {
      const whole = ['', prefix, path].filter((part, index) => index === 0 || part !== '').join('/');
      return `${verb.toUpperCase()} ${whole.replaceAll(/:(\w+)/g, '{$1}')}`;
    },
  );
}
