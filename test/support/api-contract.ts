/** Holds real answers against what the service's own OpenAPI document declares for their route and status. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Schema = Readonly<Record<string, unknown>>;
type Response = Readonly<{ content?: Readonly<Record<string, { schema?: Schema }>> }>;
type Operation = Readonly<{
  operationId?: string;
  summary?: string;
  parameters?: readonly Readonly<{ name: string; in: string }>[];
  responses: Readonly<Record<string, Response>>;
}>;

/** As much of an OpenAPI document as the contract reads. */
export type OpenApi = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>;
}>;

/** What came back, with its body as JSON where it is JSON. */
export type Answered = Readonly<{ status: number; headers: Headers; body: unknown }>;

type Route = Readonly<{ name: string; method: string; pattern: RegExp; operation: Operation }>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Pages for people, which the document does not describe. */
const pages = /^\/(docs.*|openapi\.json|api)?$/;
/** Refusals carry further fields; everything else says all it may contain. */
const open = new Set(['Problem']);

export class ApiContract {
  /** Names of all declared routes that answered something other than a problem, such as `POST /projects`. */
  readonly answered = new Set<string>();
  readonly routes: readonly Route[];
  private readonly ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  private readonly validators = new Map<Schema, ValidateFunction>();

  constructor(readonly document: OpenApi) {
    formats.default(this.ajv);
    this.ajv.addVocabulary(['example']);
    this.ajv.addSchema({ $id: 'openapi', $defs: closed(withLocalReferences(document.components.schemas)) });
    this.routes = routesOf(document);
  }

  static async of(url: string): Promise<ApiContract> {
    return new ApiContract((await (await fetch(`${url}/openapi.json`)).json()) as OpenApi);
  }

  /** Compiles the schema of every declared answer, and says how many there are. */
  compileAll(): number {
    const contents = this.routes.flatMap(({ operation }) => Object.values(operation.responses));
    const schemas = contents.flatMap(({ content = {} }) => Object.values(content).map(({ schema }) => schema));
    return schemas.filter((schema) => schema !== undefined && this.validatorOf(schema)).length;
  }

  /** Throws, saying what differs, unless the answer is one that the document announces. */
  check(method: string, path: string, { status, headers, body }: Answered): void {
    const at = `${method} ${path.slice(0, 200)} answered ${String(status)}`;
    require(uuid.test(headers.get('x-correlation-id') ?? ''), `${at} without a correlation id`);
    require(status !== 500, `${at}: ${JSON.stringify(body)}`);
    if (status >= 400) this.checkProblem(at, status, headers, body);
    const plain = plainPath(path);
    const route = this.routes.find((each) => each.method === method && each.pattern.test(plain));
    if (route === undefined) {
      checkUndeclared(at, plain, method, status);
      return;
    }
    if (status < 400) this.answered.add(route.name);
    this.checkBody(at, route.operation.responses[String(status)], headers, body);
  }

  private checkProblem(at: string, status: number, headers: Headers, body: unknown): void {
    require(headers.get('content-type')?.startsWith('application/problem+json') === true, `${at} without a problem`);
    if (body === '') return; // HEAD
    const problem = body as Readonly<Record<string, unknown>>;
    const isConsistent =
      problem['status'] === status &&
      problem['type'] === `/problems/${String(problem['code'])}` &&
      problem['correlation_id'] === headers.get('x-correlation-id');
    const isReplay = headers.get('idempotency-replayed') === 'true';
    require(isConsistent || isReplay, `${at} with a problem at odds with itself: ${JSON.stringify(body)}`);
  }

  private checkBody(at: string, declared: Response | undefined, headers: Headers, body: unknown): void {
    if (declared === undefined) throw new Error(`${at}, which /openapi.json does not declare: ${JSON.stringify(body)}`);
    if (declared.content === undefined) {
      require(body === '', `${at} with a body nobody announced`);
      return;
    }
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const schema = declared.content[type]?.schema;
    if (schema === undefined) throw new Error(`${at} as ${type}; declared is ${Object.keys(declared.content).join()}`);
    if (!type.endsWith('json')) return;
    const validate = this.validatorOf(schema);
    require(validate(body), `${at}, not as declared: ${this.ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`);
  }

  private validatorOf(schema: Schema): ValidateFunction {
    const known = this.validators.get(schema) ?? this.ajv.compile(withLocalReferences(schema));
    this.validators.set(schema, known);
    return known;
  }
}

function require(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

function checkUndeclared(at: string, path: string, method: string, status: number): void {
  const isKnown = pages.test(path) || method === 'HEAD' || [400, 404, 405].includes(status);
  require(isKnown, `${at} at a route that /openapi.json does not declare`);
}

function plainPath(path: string): string {
  const [plain = ''] = path.split('?');
  const withoutPrefix = plain.startsWith('/api/') ? plain.slice('/api'.length) : plain;
  return withoutPrefix.length > 1 ? withoutPrefix.replace(/\/$/, '') : withoutPrefix;
}

function routesOf({ paths }: OpenApi): readonly Route[] {
  const names = Object.keys(paths).toSorted((one, other) => one.split('{').length - other.split('{').length);
  return names.flatMap((path) => {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return Object.entries(paths[path] ?? {}).map(([verb, operation]) => {
      const method = verb.toUpperCase();
      return { name: `${method} ${path}`, method, pattern, operation };
    });
  });
}

function withLocalReferences<T extends Schema>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"openapi#/$defs/')) as T;
}

/** What is not declared must not be answered either, or the document would fall behind unnoticed. */
function closed(schemas: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  const each = Object.entries(schemas).map(([name, schema]): [string, Schema] => {
    return [name, open.has(name) || 'allOf' in schema ? schema : { additionalProperties: false, ...schema }];
  });
  return Object.fromEntries(each);
}
