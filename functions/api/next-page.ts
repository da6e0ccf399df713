import type { ApiRequest } from './request/request.ts';

/** The `Link` header (RFC 8288) to the page that begins after `cursor`. */
export function nextPageLink({ path, query }: ApiRequest, cursor: string): string {
  return `<${path}?${new URLSearchParams({ ...query, cursor })}>; rel="next"`;
}
