import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpFixture, type HttpFixture } from './http-app.fixture.js';

type Operation = Readonly<{
  summary?: string;
  security?: readonly object[];
  parameters?: readonly { name: string; in: string }[];
  requestBody?: object;
  responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema: object }>> }>>;
}>;
type Document = Readonly<{
  openapi: string;
  info: { version: string };
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: { schemas: Readonly<Record<string, object>>; securitySchemes: object };
}>;

let fixture: HttpFixture;
let document: Document;

beforeAll(async () => {
  fixture = await httpFixture([]);
  document = (await fixture.app.inject({ url: '/openapi.json' })).json<Document>();
});
afterAll(() => fixture.app.close());

const operationsOf = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );

describe('the OpenAPI document', () => {
  it('is version 3.1 and says the version of the software', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.info.version).toBe('1.2.3');
  });

  it('has a summary and an answer for every operation', () => {
    for (const { name, operation } of operationsOf()) {
      expect([name, operation.summary]).toEqual([name, expect.stringMatching(/\w/)]);
      expect([name, Object.keys(operation.responses)[0]]).toEqual([name, expect.stringMatching(/^20/)]);
    }
  });

  it('asks for a key everywhere but on public routes', () => {
    const open = operationsOf().filter(({ operation }) => operation.security === undefined);
    expect(open.map(({ name }) => name).sort()).toEqual([
      'get /health/live',
      'get /health/ready',
      'get /problems',
      'get /problems/{code}',
    ]);
  });

  it('asks for a plain key', () =>
    expect(document.components.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer', description: expect.any(String) },
    }));

  it('describes a command with its headers, its body, its answer, a dry run and its problems', () => {
    const create = document.paths['/keys']?.['post'];
    const names = create?.parameters?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Idempotency-Key', 'If-Match', 'X-Correlation-Id', 'X-Occurred-At']));
    expect(names).toContain('dry_run');
    expect(create?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/CreateKeyRequest' } } },
    });
    expect(Object.keys(create?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '201', '400', '401', '403', '409', '413', '415', '422', '429', '500', '503']),
    );
    expect(create?.responses['422']?.content).toHaveProperty(['application/problem+json']);
  });

  it('draws the schema of a field from the same place as its rule', () =>
    expect(document.components.schemas['CreateKeyRequest']).toMatchObject({
      required: ['name', 'roles', 'actor_type', 'actor_id'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 100 },
        roles: { type: 'array', minItems: 1, items: { enum: expect.arrayContaining(['admin']) } },
      },
    }));

  it('says null the way 3.1 does', () =>
    expect(document.components.schemas['NewKey']).toMatchObject({ properties: { key: { type: ['string', 'null'] } } }));

  it('refers to no schema that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    expect(references.length).toBeGreaterThan(0);
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining([...new Set(references)]));
  });
});
