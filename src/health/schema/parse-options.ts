import { type InputIssue, InvalidInputError } from '../../errors.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';
import { headerIssues } from './header-fields.ts';
import { healthCheckOptionsSchema } from './options-schema.ts';

/**
 * Reads health-check options and fills in the defaults.
 *
 * @param input an object with some of the fields of `HealthCheckOptions`
 * @throws InvalidInputError with one issue for each field that cannot be used
 */
export function parseHealthCheckOptions(input: unknown = {}): HealthCheckOptions {
  const parsed = healthCheckOptionsSchema.safeParse(input);
  if (!parsed.success) throw refusal(parsed.error.issues.flatMap(toIssues));
  const { ca, bodyIncludes, ...rest } = parsed.data;
  const issues = [
    ...headerIssues(rest.headers, '/headers'),
    ...headerIssues(rest.proxyHeaders, '/proxyHeaders'),
  ];
  if (issues.length > 0) throw refusal(issues);
  return {
    ...rest,
    ...(ca !== undefined && { ca }),
    ...(bodyIncludes !== undefined && { bodyIncludes }),
  };
}

/** What the validator reports, as far as it is used. */
interface SchemaIssue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function toIssues(issue: SchemaIssue): InputIssue[] {
  const pointer = issue.path.map((step) => `/${escape(String(step))}`).join('');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(healthCheckOptionsSchema.shape).join(', ');
    return (issue.keys ?? []).map((key) => ({
      pointer: `${pointer}/${escape(key)}`,
      detail: `is not an option; the options are ${known}`,
    }));
  }
  if (issue.path.length === 0) return [{ pointer, detail: 'must be an object of options' }];
  return [{ pointer, detail: issue.message }];
}

function refusal(issues: readonly InputIssue[]): InvalidInputError {
  const sentences = issues.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`);
  return new InvalidInputError(
    `The health-check options cannot be used: ${sentences.join('; ')}.`,
    issues,
  );
}

/** RFC 6901, section 3. */
function escape(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
