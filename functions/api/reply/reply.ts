import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { stringify } from 'csv-stringify/sync';
import {
  RECORD_COLUMNS,
  type ResultRecord,
  toRecordCells,
} from '../../../src/model/result-record.ts';
import type { ApiRequest } from '../request/request.ts';

/** The answer of a route. */
export type ApiReply = APIGatewayProxyStructuredResultV2;

/** The formats of sweep results. */
export const RESULT_FORMATS = ['json', 'csv', 'ndjson'] as const;

type Headers = Readonly<Record<string, string>>;

/** A JSON answer; `undefined` fields are left out. */
export function jsonReply(status: number, body: unknown, headers: Headers = {}): ApiReply {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** Results as CSV (RFC 4180), with a header row. */
export function csvReply(records: readonly ResultRecord[], headers: Headers): ApiReply {
  return {
    statusCode: 200,
    headers: { 'content-type': 'text/csv; charset=utf-8', ...headers },
    body: stringify([RECORD_COLUMNS, ...records.map(toRecordCells)]),
  };
}

/** Results as NDJSON: one JSON object a line. */
export function ndjsonReply(records: readonly ResultRecord[], headers: Headers): ApiReply {
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    body: records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  };
}

/** The `Link` header (RFC 8288) to the page that begins after `cursor`. */
export function nextPageLink({ path, query }: ApiRequest, cursor: string): string {
  return `<${path}?${new URLSearchParams({ ...query, cursor })}>; rel="next"`;
}
