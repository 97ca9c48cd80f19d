/** One answer: its status, its headers, and its body as JSON. */
export type Answer<Body = Record<string, unknown>> = Readonly<{ status: number; headers: Headers; body: Body }>;

type Options = Readonly<{ key?: string | null; headers?: Readonly<Record<string, string>>; body?: unknown }>;

/** A client as anybody would write one; bodies are JSON, sent as given where they are text already. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly key: string | null,
  ) {}

  /** The same service with another key. */
  as(key: string | null): ApiClient {
    return new ApiClient(this.url, key);
  }

  get<Body = Record<string, unknown>>(path: string, options: Options = {}): Promise<Answer<Body>> {
    return this.send('GET', path, options);
  }

  post<Body = Record<string, unknown>>(path: string, body?: unknown, options: Options = {}): Promise<Answer<Body>> {
    return this.send('POST', path, { ...options, body });
  }

  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    { key = this.key, headers = {}, body }: Options = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
  }
}
