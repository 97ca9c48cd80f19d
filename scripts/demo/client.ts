/** One request; bodies are JSON. `GET` unless there is a body, then `POST`. */
export type Request = Readonly<{
  path: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: object;
  headers?: Readonly<Record<string, string>>;
}>;

/** What came back, read as JSON where there was any. */
export type Answer<Body> = Readonly<{ status: number; headers: Headers; body: Body }>;

/** A refusal as every route words it (RFC 9457). */
export type Problem = Readonly<{ code: string; detail: string; correlation_id: string }>;

/** Whoever acts in the story, with the key they act by. */
export type Person = Readonly<{ name: string; key: string }>;

/** Sends one request to the service at `url` as that person. */
export async function send<Body>(
  url: string,
  { key }: Person,
  { path, body, method = body === undefined ? 'GET' : 'POST', headers = {} }: Request,
): Promise<Answer<Body>> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? null : JSON.parse(text)) as Body };
}
