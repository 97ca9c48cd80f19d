import type { ApiContract } from './api-contract.js';

/** One answer: its status, its headers, and its body as JSON where it is JSON. */
export type Answer<Body = Record<string, unknown>> = Readonly<{ status: number; headers: Headers; body: Body }>;

type Options = Readonly<{ key?: string | null; headers?: Readonly<Record<string, string>>; body?: unknown }>;

/**
 * A client as anybody would write one; bodies are JSON, sent as given where they are text or bytes already. With a contract every answer is
 * held against it.
 */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly key: string | null,
    private readonly contract: ApiContract | null = null,
  ) {}

  /** The same service with another key. */
  as(key: string | null): ApiClient {
    return new ApiClient(this.url, key, this.contract);
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
      ...(body === undefined ? {} : { body: bytesOf(body) }),
    });
    const text = await response.text();
    const isJson = text !== '' && /json\b/.test(response.headers.get('content-type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as Body,
    };
    this.contract?.check(method, path, answer);
    return answer;
  }
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}
