import type { ListFormat } from '../../../src/proxies/list-parser.ts';
import { HttpProblem } from '../reply/problem.ts';

/**
 * What a content type says about a list. Types that clients send by themselves (`curl
 * --data-binary`) say nothing, and neither does plain text, which may hold any form.
 */
const FORMAT_OF_TYPE: Readonly<Record<string, ListFormat | 'auto'>> = {
  '': 'auto',
  'text/plain': 'auto',
  'application/x-www-form-urlencoded': 'auto',
  'application/octet-stream': 'auto',
  'application/gzip': 'auto',
  'application/x-gzip': 'auto',
  'text/csv': 'csv',
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
};

/** @throws HttpProblem 415 for a type that cannot hold a list */
export function listFormatOf(contentType = ''): ListFormat | 'auto' {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = FORMAT_OF_TYPE[type];
  if (format !== undefined) return format;
  throw new HttpProblem(
    415,
    'unsupported_media_type',
    `A list of type ${type} cannot be read; send text/plain, text/csv, application/json or ` +
      'application/x-ndjson, gzipped or not.',
  );
}
