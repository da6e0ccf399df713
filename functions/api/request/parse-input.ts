import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { type InputIssue, InvalidInputError } from '../../../src/errors.ts';

// zod/mini comes without words; these are what the problem documents say.
z.config(en());

/** Where an input came from; begins the pointers to what is wrong in it. */
export interface InputSource {
  /** @default 'The body' */
  readonly what?: string;
  /** @default '' */
  readonly pointer?: string;
}

/**
 * Parses an input or says what is wrong with it.
 *
 * @throws InvalidInputError with a JSON pointer (RFC 6901) for each issue
 */
export function parseInput<T extends z.ZodMiniType>(
  schema: T,
  input: unknown,
  { what = 'The body', pointer = '' }: InputSource = {},
): z.output<T> {
  const parsed = z.safeParse(schema, input);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    `${what} cannot be used.`,
    parsed.error.issues.flatMap((issue) => issuesOf(issue, pointer)),
  );
}

/** An unknown field is pointed at itself, not at the object it is in. */
function issuesOf(issue: z.core.$ZodIssue, base: string): InputIssue[] {
  const at = base + issue.path.map((step) => `/${escapeStep(String(step))}`).join('');
  if (issue.code !== 'unrecognized_keys') return [{ pointer: at, detail: issue.message }];
  return issue.keys.map((key) => ({
    pointer: `${at}/${escapeStep(key)}`,
    detail: 'there is no such field',
  }));
}

function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
