import type { core } from 'zod';
import { checkSettings } from './settings-checks.ts';
import { settingsSchema } from './settings-schema.ts';
import type { LighthouseSettings } from './settings-types.ts';

/** Settings that cannot be used; the message has one sentence for each mistake. */
export class SettingsError extends Error {
  constructor(sentences: readonly string[], options?: ErrorOptions) {
    const [only, ...others] = sentences;
    const listed =
      others.length === 0 ? ` ${only}` : sentences.map((each) => `\n- ${each}`).join('');
    super(`the settings of Lighthouse cannot be used:${listed}`, options);
    this.name = 'SettingsError';
  }
}

/**
 * Reads the settings, fills in the defaults and refuses combinations that cannot work.
 *
 * @param input an object, or its JSON text as `cdk -c lighthouse=…` passes it
 * @throws {SettingsError} when settings are wrong
 */
export function parseSettings(input: unknown = {}): LighthouseSettings {
  const given = typeof input === 'string' ? parseJson(input) : input;
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map((issue) => describeIssue(issue, given)));
  }
  const conflicts = checkSettings(parsed.data);
  if (conflicts.length > 0) throw new SettingsError(conflicts);
  return parsed.data;
}

/** The value of a setting takes at most this much of a sentence, characters. */
const MAX_SHOWN = 80;

function describeIssue({ path, message, code }: core.$ZodIssue, input: unknown): string {
  const name = path.join('.') || 'lighthouse';
  if (code === 'unrecognized_keys') return `${name}: ${message}`;
  const value = path.reduce<unknown>((at, key) => Object(at)[key], input);
  const shown = value === undefined ? 'missing' : JSON.stringify(value).slice(0, MAX_SHOWN);
  return `${name}: ${message}, and is ${shown}`;
}

/** @throws {SettingsError} when the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SettingsError(['the text is not valid JSON'], { cause: error });
  }
}
