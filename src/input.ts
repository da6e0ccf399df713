import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { type InputIssue, InvalidInputError } from './errors.ts';

// zod/mini has no messages of its own; these stand in where a schema gives none.
z.config(en());

/** Control, format and unassigned characters, lone surrogates, line and paragraph separators. */
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

/** A text of 1 to `most` printable characters. */
export function printableText(most: number) {
  const error = `must be 1 to ${most} printable characters`;
  return z.string(error).check(
    z.refine((text) => text !== '' && [...text].length <= most && !UNPRINTABLE.test(text), {
      error,
    }),
  );
}

/** A switch that is off by default. */
export const offByDefault = z._default(z.boolean('must be true or false'), false);

/** What an input is and where it came from. */
export interface InputSource {
  /** The beginning of the message, such as `the lease request`. */
  readonly what: string;
  /** The beginning of every pointer. @default '' */
  readonly pointer?: string;
}

/** How deep `__proto__` is looked for: deeper than the fields of any input. */
const MAX_FIELD_DEPTH = 8;

/**
 * Parses an input.
 *
 * @throws {InvalidInputError} when a field cannot be used; it points to each such field
 */
export function parseWith<T extends z.ZodMiniType>(
  schema: T,
  input: unknown,
  { what, pointer = '' }: InputSource,
): z.output<T> {
  const hidden = hiddenFields(input, pointer);
  if (hidden.length > 0) throw unusable(what, hidden);
  const parsed = z.safeParse(schema, input);
  if (parsed.success) return parsed.data;
  const { def } = schema._zod;
  const known = 'shape' in def && typeof def.shape === 'object' ? Object.keys(def.shape ?? {}) : [];
  throw unusable(
    what,
    parsed.error.issues.flatMap((issue) => toIssues(issue, pointer, known)),
  );
}

/** A stored object as this version understands it, and what it cannot use of it. */
export interface StoredFields<Fields> {
  readonly fields: Fields;
  /** One for each field whose value cannot be used; its default stands in for it. */
  readonly issues: readonly InputIssue[];
}

/**
 * Reads a stored object, which another version may have written, field by field: unknown fields are
 * left out, and a field that is missing or cannot be used gets its default. A value that is no
 * object is an issue too.
 *
 * @param pointer the beginning of every issue's pointer
 */
export function readStoredFields<Shape extends z.core.$ZodShape>(
  schema: z.ZodMiniObject<Shape>,
  stored: unknown,
  pointer = '',
): StoredFields<z.output<z.ZodMiniObject<Shape>>> {
  const values: Readonly<Record<string, unknown>> = Object(stored);
  const issues: InputIssue[] =
    stored === undefined || stored === values ? [] : [{ pointer, detail: 'must be an object' }];
  const entries = Object.entries(schema.shape).map(([name, field]) => {
    const read = z.safeParse(field, values[name]);
    if (read.success) return [name, read.data] as const;
    const at = pointerTo([name], pointer);
    issues.push(...read.error.issues.flatMap((issue) => toIssues(issue, at, [])));
    return [name, z.parse(field, undefined)] as const;
  });
  const fields = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  return { fields: fields as z.output<z.ZodMiniObject<Shape>>, issues };
}

/** The error for an input with these issues; its message lists them all. */
export function unusable(what: string, issues: readonly InputIssue[]): InvalidInputError {
  const sentences = issues.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`);
  return new InvalidInputError(`${what} cannot be used: ${sentences.join('; ')}`, issues);
}

/** The JSON pointer (RFC 6901) of a path below another pointer. */
export function pointerTo(path: readonly PropertyKey[], base = ''): string {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  return [base, ...steps].join('/');
}

/** Fields named `__proto__`: zod leaves them out without a word, as DynamoDB's client does. */
function hiddenFields(input: unknown, pointer: string, depth = 0): InputIssue[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return [];
  if (depth > MAX_FIELD_DEPTH) return [];
  const issues = Object.entries(input).flatMap(([name, value]) =>
    hiddenFields(value, pointerTo([name], pointer), depth + 1),
  );
  if (!Object.hasOwn(input, '__proto__')) return issues;
  const detail = 'is not a name that a field may have';
  return [{ pointer: `${pointer}/__proto__`, detail }, ...issues];
}

/** The issue of an unknown field points to the field, not to the object around it. */
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
