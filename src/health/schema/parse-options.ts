import { type InputSource, parseWith, unusable } from '../../input.ts';
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
  const { ca, bodyIncludes, ...rest } = parseWith(healthCheckOptionsSchema, input, source);
  const { what, pointer = '' } = source;
  const issues = [
    ...headerIssues(rest.headers, `${pointer}/headers`),
    ...headerIssues(rest.proxyHeaders, `${pointer}/proxyHeaders`),
  ];
  if (issues.length > 0) throw unusable(what, issues);
  return {
    ...rest,
    ...(ca !== undefined && { ca }),
    ...(bodyIncludes !== undefined && { bodyIncludes }),
  };
}
