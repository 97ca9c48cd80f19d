/** A value that survives JSON and PostgreSQL's jsonb unchanged. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object; a key that is `undefined` is left out when it is written. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };
