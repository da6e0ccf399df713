import * as z from 'zod/mini';
import { type InputIssue, InvalidInputError } from './errors.ts';

/** Controls, format characters, lone surrogates, and breaks of line and paragraph. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** A whole number within a range, both ends included. */
export function wholeNumber(lowest: number, highest: number) {
  const error = `must be a whole number, ${lowest} to ${highest}`;
  return z.int(error).check(z.minimum(lowest, error), z.maximum(highest, error));
}

/** A number within a range, both ends included. */
export function numberWithin(lowest: number, highest: number) {
  const error = `must be a number, ${lowest} to ${highest}`;
  return z.number(error).check(z.minimum(lowest, error), z.maximum(highest, error));
}

/** A text of 1 to `most` characters, all of them printable. */
export function printableText(most: number) {
  const error = `must be a text of 1 to ${most} printable characters`;
  return z.string(error).check(
    z.refine((text) => text !== '' && [...text].length <= most && !UNPRINTABLE.test(text), {
      error,
    }),
  );
}

/** A switch that is off unless it is turned on. */
export const offByDefault = z._default(z.boolean('must be true or false'), false);

/**
 * Parses what a caller asks for.
 *
 * @param what begins the message, such as `The lease request`
 * @throws {InvalidInputError} with a pointer to each field that cannot be used
 */
export function parseWith<T extends z.ZodMiniType>(
  schema: T,
  input: unknown,
  what: string,
): z.output<T> {
  const parsed = z.safeParse(schema, input);
  if (parsed.success) return parsed.data;
  throw refusal(what, parsed.error.issues.flatMap(issuesOf));
}

function refusal(what: string, issues: readonly InputIssue[]): InvalidInputError {
  const sentences = issues.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`);
  return new InvalidInputError(`${what} cannot be used: ${sentences.join('; ')}.`, issues);
}

/** An unknown field is pointed at itself, not at the object it is in. */
function issuesOf(issue: z.core.$ZodIssue): InputIssue[] {
  const pointer = issue.path.map((step) => `/${escapeStep(String(step))}`).join('');
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
  return issue.keys.map((key) => ({
    pointer: `${pointer}/${escapeStep(key)}`,
    detail: 'is no field of it',
  }));
}

/** RFC 6901, section 3. */
function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
