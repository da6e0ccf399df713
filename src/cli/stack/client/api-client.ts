import { Agent } from 'undici';
import type * as z from 'zod';
import { InvalidInputError } from '../../../errors.ts';
import { hasDotSegment } from '../../../path-segments.ts';
import { ApiError, toApiError } from './api-error.ts';

/** One request to the stack's API. */
export interface ApiRequest {
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  /** As `pathOf` writes it: begins with a slash, its segments are encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as is, instead of `json`. */
  readonly text?: { readonly body: string; readonly contentType: string };
  /** Gives up this request as if there were no answer. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer with a 2xx status. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  /** The address of the next page in a `link: <…>; rel="next"` header; null on the last page. */
  readonly nextUrl: string | null;
  /** The `Date` header, the stack's time; null when it has none. */
  readonly date: string | null;
}

/** How long an answer may take, ms: API Gateway gives up after 30 s ("Quotas for HTTP APIs"). */
const ANSWER_TIMEOUT_MS = 31_000;

/** Where a stack's API is, and what it asks its callers for. */
export interface ApiAddress {
  readonly url: string;
  /** Sent with every request, such as the key of a local stack. @default none */
  readonly authorization?: string;
}

/** Talks to the API of one stack over its own connections; dispose of it when done. */
export class ApiClient implements AsyncDisposable {
  readonly #origin: string;
  readonly #basePath: string;
  readonly #ownHeaders: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;
  readonly #agent = new Agent({
    connections: 4,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });

  constructor({ url, authorization }: ApiAddress, signal: AbortSignal) {
    const { origin, pathname } = new URL(url);
    this.#origin = origin;
    this.#basePath = pathname.replace(/\/+$/, '');
    this.#ownHeaders = authorization === undefined ? {} : { authorization };
    this.#signal = signal;
  }

  /**
   * Sends a request and validates the JSON of its answer.
   *
   * @throws {ApiError} when the answer is not 2xx or not in the schema's form, or there is none
   */
  async ask<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T> {
    const { body } = await this.send(request);
    try {
      return schema.parse(JSON.parse(body));
    } catch (error) {
      throw new ApiError(
        `${nameRequest(request)} got an answer that this version does not understand`,
        { status: 200 },
        { cause: error },
      );
    }
  }

  /** @throws {ApiError} when the answer is not 2xx, or there is none */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const { status, body, headers } = await this.#request(request);
    if (status < 200 || status > 299) throw toApiError(status, body);
    const { link, date } = headers;
    return { status, body, nextUrl: findNext(link), date: typeof date === 'string' ? date : null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #request(request: ApiRequest) {
    const { method, signal = this.#signal } = request;
    const origin = this.#origin;
    const path = this.#pathOf(request);
    const content = contentOf(request);
    try {
      const { statusCode, headers, body } = await this.#agent.request({
        origin,
        path,
        method,
        signal: AbortSignal.any([this.#signal, signal]),
        body: content.body ?? null,
        headers: { ...this.#ownHeaders, ...content.headers },
      });
      return { status: statusCode, headers, body: await body.text() };
    } catch (error) {
      if (this.#signal.aborted) throw this.#signal.reason;
      throw new ApiError(
        `no stack answers at ${origin} (${nameRequest(request)}); start one with lighthouse up,` +
          ' or name another with --api URL',
        { status: null },
        { cause: error },
      );
    }
  }

  /** Leaves the path as it is: a URL parser would follow a `..` to another route. */
  #pathOf({ path, query = {} }: ApiRequest): string {
    if (hasDotSegment(path)) throw new InvalidInputError('a path must not have "." or ".." in it');
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    return `${this.#basePath}${path}${search.size === 0 ? '' : `?${search}`}`;
  }
}

/** Names a request in messages, without a lease's id: the id is enough to end the lease. */
function nameRequest({ method, path }: ApiRequest): string {
  return `${method} ${path.replace(/(\/leases\/)[^/]+/, '$1{leaseId}')}`;
}

function contentOf({ json, text, headers = {} }: ApiRequest): {
  body?: string;
  headers: Record<string, string>;
} {
  if (text) return { body: text.body, headers: { ...headers, 'content-type': text.contentType } };
  if (json === undefined) return { headers };
  const type = { 'content-type': 'application/json' };
  return { body: JSON.stringify(json), headers: { ...headers, ...type } };
}

/** Reads a `link` header (RFC 8288), reduced to the one relation that the API uses. */
function findNext(link: string | string[] | undefined): string | null {
  const match = /<([^>]*)>\s*;\s*rel="?next"?/.exec([link ?? ''].flat().join(','));
  return match?.[1] ?? null;
}
