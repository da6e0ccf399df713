import type { ApiError } from './api-error.ts';

/** The methods of the API. */
export type ApiMethod = 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';

/** A request as it is sent. */
export interface WireRequest {
  readonly method: ApiMethod;
  /** Name and port, as in the `host` header. */
  readonly host: string;
  /** Encoded, from the root of the host, without the query. */
  readonly path: string;
  /** Not encoded. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** An answer that is not 2xx. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What an API asks its callers for, and what it means when it refuses them. */
export interface ApiAccess {
  /** Returns the headers of a request together with those that prove who calls. */
  readonly authorize: (request: WireRequest) => Promise<Readonly<Record<string, string>>>;
  /** Explains a refusal; null when its body does. @default null */
  readonly explain?: (refusal: Refusal, request: WireRequest) => ApiError | null;
  /** What to do when nothing answers. @default start a local stack */
  readonly whenSilent?: string;
}

/** Where a stack's API is, and how to call it. */
export interface ApiAddress {
  readonly url: string;
  /** Whether it is that of a stack on this machine. @default false */
  readonly local?: boolean;
  /** @default it is open to every caller */
  readonly access?: ApiAccess;
}

/** Replaces the id of a lease in a path. */
export function hideLeaseId(path: string, by: string): string {
  return path.replace(/(\/leases\/)[^/\s]+/, `$1${by}`);
}

/**
 * Encodes everything but unreserved characters (RFC 3986, section 2.3), as Signature Version 4 does:
 * a signed query must not depend on how its receiver reads `+` and `*`.
 */
export function formatQuery(query: WireRequest['query']): string {
  const pairs = Object.entries(query).map((pair) => pair.map(encodeStrictly).join('='));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function encodeStrictly(text: string): string {
  const encodeOne = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, encodeOne);
}
