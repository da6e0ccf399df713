import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { type InputIssue, InvalidInputError } from './errors.ts';

// zod/mini has no words of its own; these are what issues say where a schema says nothing.
z.config(en());

/** Controls, format characters, lone surrogates, and breaks of line and paragraph. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** A whole number within a range, both ends included. */
export function wholeNumber(lowest: number, highest: number, unit = '') {
  const error = `must be a whole number from ${lowest} to ${highest}${unit && ` ${unit}`}`;
  return z.int(error).check(z.minimum(lowest, error), z.maximum(highest, error));
}

/** A number within a range, both ends included. */
export function numberWithin(lowest: number, highest: number) {
  const error = `must be a number from ${lowest} to ${highest}`;
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

/** What an input is and where it came from. */
export interface InputSource {
  /** Begins the message, such as `the lease request`. */
  readonly what: string;
  /** Begins the pointers. @default '' */
  readonly pointer?: string;
}

/**
 * Parses an input.
 *
 * @throws {InvalidInputError} with a pointer to each field that cannot be used
 */
export function parseWith<T extends z.ZodMiniType>(
  schema: T,
  input: unknown,
  { what, pointer = '' }: InputSource,
): z.output<T> {
  const parsed = z.safeParse(schema, input);
  if (parsed.success) return parsed.data;
  const { def } = schema._zod;
  const known = 'shape' in def && typeof def.shape === 'object' ? Object.keys(def.shape ?? {}) : [];
  throw unusable(
    what,
    parsed.error.issues.flatMap((issue) => toIssues(issue, pointer, known)),
  );
}

/** The error for an input with these issues; its message has them all. */
export function unusable(what: string, issues: readonly InputIssue[]): InvalidInputError {
  const sentences = issues.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`);
  return new InvalidInputError(`${what} cannot be used: ${sentences.join('; ')}`, issues);
}

/** A JSON pointer (RFC 6901) below another one. */
export function pointerTo(path: readonly PropertyKey[], base = ''): string {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  return [base, ...steps].join('/');
}

/** An unknown field is pointed at itself, not at the object it is in. */
function toIssues(issue: z.core.$ZodIssue, base: string, known: readonly string[]): InputIssue[] {
  const pointer = pointerTo(issue.path, base);
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
  const fields = issue.path.length === 0 ? known : [];
  const hint = fields.length > 0 ? `; the fields are ${fields.join(', ')}` : '';
  return issue.keys.map((key) => ({
    pointer: pointerTo([key], pointer),
    detail: `is not a field${hint}`,
  }));
}
