import type { ListFormat } from '../../../src/proxies/list-parser.ts';
import { HttpProblem } from '../reply/problem.ts';

/**
 * The form of list that each content type stands for. Types that clients set by default (`curl
 * --data-binary`) say nothing, and neither does plain text, which may hold any form.
 */
const FORMAT_OF_TYPE: ReadonlyMap<string, ListFormat | 'auto'> = new Map([
  ['', 'auto'],
  ['text/plain', 'auto'],
  ['application/x-www-form-urlencoded', 'auto'],
  ['application/octet-stream', 'auto'],
  ['application/gzip', 'auto'],
  ['application/x-gzip', 'auto'],
  ['text/csv', 'csv'],
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
]);

/**
 * The form of list that a request's content type stands for.
 *
 * @throws {HttpProblem} 415 when the type cannot hold a list
 */
export function listFormatOf(contentType = ''): ListFormat | 'auto' {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = FORMAT_OF_TYPE.get(type);
  if (format !== undefined) return format;
  throw new HttpProblem(
    'unsupported_media_type',
    `a list of type ${JSON.stringify(type.slice(0, 80))} cannot be read; send text/plain, text/csv, application/json or ` +
      'application/x-ndjson, gzipped or not',
    { status: 415 },
  );
}
