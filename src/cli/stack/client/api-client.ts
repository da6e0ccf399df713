import { Agent } from 'undici';
import type * as z from 'zod';
import { InvalidInputError } from '../../../errors.ts';
import { hasDotSegment } from '../../../path-segments.ts';
import {
  type ApiAccess,
  type ApiAddress,
  type ApiMethod,
  formatQuery,
  hideLeaseId,
  type WireRequest,
} from './api-access.ts';
import { ApiError, toApiError } from './api-error.ts';

/** One request to the stack's API. */
export interface ApiRequest {
  readonly method: ApiMethod;
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

/** The most requests that are under way at once; others wait. */
export const MAX_CONNECTIONS = 16;

const OPEN: ApiAccess = { authorize: async ({ headers }) => headers };

const START_ONE = 'start one with lighthouse up, or name another with --stack NAME or --api URL';

/** Talks to the API of one stack over its own connections; dispose of it when done. */
export class ApiClient implements AsyncDisposable {
  readonly #origin: string;
  readonly #basePath: string;
  readonly #access: ApiAccess;
  readonly #signal: AbortSignal;
  readonly #agent = new Agent({
    connections: MAX_CONNECTIONS,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });

  constructor({ url, access = OPEN }: ApiAddress, signal: AbortSignal) {
    const { origin, pathname } = new URL(url);
    this.#origin = origin;
    this.#basePath = pathname.replace(/\/+$/, '');
    this.#access = access;
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
    const wire = this.#wireRequest(request);
    const { status, body, headers } = await this.#exchange(request, wire);
    if (status < 200 || status > 299) {
      const explained = this.#access.explain?.({ status, body, headers }, wire);
      throw explained ?? toApiError(status, body);
    }
    const { link, date } = headers;
    return { status, body, nextUrl: findNext(link), date: typeof date === 'string' ? date : null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #exchange(request: ApiRequest, wire: WireRequest) {
    const { method, body = null } = wire;
    const headers = await this.#access.authorize(wire);
    const path = wire.path + formatQuery(wire.query);
    const signal = AbortSignal.any([this.#signal, request.signal ?? this.#signal]);
    try {
      const options = { origin: this.#origin, path, method, headers, body, signal };
      const answer = await this.#agent.request(options);
      const { statusCode: status, headers: fields } = answer;
      return { status, headers: fields, body: await answer.body.text() };
    } catch (error) {
      if (this.#signal.aborted) throw this.#signal.reason;
      throw new ApiError(
        `no stack answers at ${this.#origin} (${nameRequest(request)}); ` +
          (this.#access.whenSilent ?? START_ONE),
        { status: null },
        { cause: error },
      );
    }
  }

  /** Leaves the path as it is: a URL parser would follow a `..` to another route. */
  #wireRequest({ method, path, query = {}, ...content }: ApiRequest): WireRequest {
    if (hasDotSegment(path)) throw new InvalidInputError('a path must not have "." or ".." in it');
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as const],
    );
    return {
      method,
      host: new URL(this.#origin).host,
      path: this.#basePath + path,
      query: Object.fromEntries(given),
      ...contentOf(content),
    };
  }
}

/** Names a request in messages, without a lease's id: the id is enough to end the lease. */
function nameRequest({ method, path }: ApiRequest): string {
  return `${method} ${hideLeaseId(path, '{leaseId}')}`;
}

function contentOf({ json, text, headers = {} }: Pick<ApiRequest, 'json' | 'text' | 'headers'>) {
  if (text) return { body: text.body, headers: { ...headers, 'content-type': text.contentType } };
  if (json === undefined) return { body: undefined, headers };
  const type = { 'content-type': 'application/json' };
  return { body: JSON.stringify(json), headers: { ...headers, ...type } };
}

/** Reads a `link` header (RFC 8288), reduced to the one relation that the API uses. */
function findNext(link: string | string[] | undefined): string | null {
  const match = /<([^>]*)>\s*;\s*rel="?next"?/.exec([link ?? ''].flat().join(','));
  return match?.[1] ?? null;
}
