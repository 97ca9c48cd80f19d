import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorCodes } from '../../src/platform/http/problems.js';
import { startDocumentedService } from '../support/service.js';

let service: Awaited<ReturnType<typeof startDocumentedService>>;
beforeAll(async () => {
  service = await startDocumentedService();
});
afterAll(() => service.close());

const root = fileURLToPath(new URL('../../', import.meta.url));
const verbs = ['get', 'post', 'put', 'patch', 'delete'];

function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    return name === '$ref' ? [String(item)] : referencesIn(item);
  });
}

function resolve(document: unknown, reference: string): unknown {
  const steps = reference.replace(/^#\//, '').split('/');
  return steps.reduce<unknown>((place, step) => (place as Record<string, unknown> | undefined)?.[step], document);
}

describe('the OpenAPI document', () => {
  it('is one of version 3.1 that names the service and how to get in', async () => {
    const { body } = await service.api.get('/openapi.json', { key: null });
    expect(body).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\./),
      info: { title: 'Stageline', version: expect.any(String), description: expect.any(String) },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    });
  });

  it('has no reference to nowhere', () => {
    const { document } = service.contract;
    const references = new Set(referencesIn(document));
    expect(references.size).toBeGreaterThan(20);
    expect([...references].filter((reference) => resolve(document, reference) === undefined)).toEqual([]);
  });

  it('describes a template to the last field', () => {
    const { schemas } = service.contract.document.components;
    const fieldsOf = (name: string) => Object.keys(schemas[name]?.['properties'] as object);
    expect(fieldsOf('TemplateContent')).toEqual(['key', 'name', 'stages']);
    expect(fieldsOf('StageDefinition')).toContain('exit_criteria');
    expect(fieldsOf('GateDefinition')).toContain('auto');
    expect(fieldsOf('GateRule')).toEqual(['when', 'decision', 'to_stage', 'at_most']);
    expect(fieldsOf('ContractRule')).toEqual(['code', 'when', 'reason', 'action', 'example']);
    expect(schemas['StageDefinition']?.['properties']).toMatchObject({
      milestones: { additionalProperties: { $ref: '#/components/schemas/MilestoneDefinition' }, maxProperties: 100 },
    });
    expect(schemas['MilestoneDefinition']).toMatchObject({ required: ['title', 'weight'] });
  });

  it('has a name of its own for each schema', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
    const names = files.flatMap((text) =>
      [...text.matchAll(/@ApiSchema\(\{ name: '(\w+)' \}\)/g)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
  });

  it('has schemas that all compile', () => {
    expect(service.contract.compileAll()).toBeGreaterThan(service.contract.routes.length);
  });

  it('says of each route what it is called, what it takes in its path, and what it answers', () => {
    const operations = service.contract.routes.map(({ name, operation }) => ({ name, ...operation }));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { name, summary, responses, parameters = [] } of operations) {
      const [verb = '', path = ''] = name.split(' ');
      expect(verbs).toContain(verb.toLowerCase());
      expect({ name, summary }).toEqual({ name, summary: expect.stringMatching(/\w/) });
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter).toSorted();
      const described = parameters.filter((each) => each.in === 'path').map((each) => each.name);
      expect({ name, path: described.toSorted() }).toEqual({ name, path: named });
      expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
    }
  });

  it('can be browsed', async () => {
    const { status, body } = await service.api.get<string>('/docs', { key: null });
    expect(status).toBe(200);
    expect(body).toContain('Stageline API');
  });
});

describe('the pages about problems', () => {
  it('are there for every code', async () => {
    for (const code of errorCodes) {
      const { status, body, headers } = await service.api.get<string>(`/problems/${code}`, { key: null });
      expect({ code, status, type: headers.get('content-type') }).toEqual({
        code,
        status: 200,
        type: 'text/html; charset=utf-8',
      });
      expect(body).toContain(`<code>${code}</code>`);
    }
  });

  it('are listed on one', async () => {
    const { body } = await service.api.get<string>('/problems', { key: null });
    expect(errorCodes.filter((code) => !body.includes(`href="problems/${code}"`))).toEqual([]);
  });

  it('are not there for what is no code', async () => {
    for (const code of ['nope', '__proto__', 'constructor', 'run-not-found%00', '..%2f..%2fetc']) {
      const { status } = await service.api.get(`/problems/${code}`, { key: null });
      expect([400, 404]).toContain(status);
    }
  });
});
