import type * as z from 'zod/mini';
import type { InputIssue } from '../../errors.ts';
import {
  type InputSource,
  parseWith,
  readStoredFields,
  type StoredFields,
  unusable,
} from '../../input.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';
import { headerIssues } from './header-fields.ts';
import { healthCheckOptionsSchema } from './options-schema.ts';

/**
 * Reads health-check options and fills in the defaults.
 *
 * @param input an object with some of the fields of `HealthCheckOptions`
 * @param source where messages say the options come from
 * @throws {InvalidInputError} when a field cannot be used; it has one issue for each such field
 */
export function parseHealthCheckOptions(
  input: unknown = {},
  source: InputSource = { what: 'the health-check options' },
): HealthCheckOptions {
  const options = toOptions(parseWith(healthCheckOptionsSchema, input, source));
  const issues = issuesOfHeaders(options, source.pointer);
  if (issues.length > 0) throw unusable(source.what, issues);
  return options;
}

/**
 * Reads stored options, which another version may have written, as `readStoredFields` does.
 *
 * @param pointer the beginning of every issue's pointer
 */
export function readStoredOptions(stored: unknown, pointer = ''): StoredFields<HealthCheckOptions> {
  const { fields, issues } = readStoredFields(healthCheckOptionsSchema, stored, pointer);
  const options = toOptions(fields);
  return { fields: options, issues: [...issues, ...issuesOfHeaders(options, pointer)] };
}

function toOptions({
  ca,
  bodyIncludes,
  ...rest
}: z.output<typeof healthCheckOptionsSchema>): HealthCheckOptions {
  return {
    ...rest,
    ...(ca !== undefined && { ca }),
    ...(bodyIncludes !== undefined && { bodyIncludes }),
  };
}

function issuesOfHeaders(options: HealthCheckOptions, pointer = ''): readonly InputIssue[] {
  return [
    ...headerIssues(options.headers, `${pointer}/headers`),
    ...headerIssues(options.proxyHeaders, `${pointer}/proxyHeaders`),
  ];
}
