import { checkSettings } from './settings-checks.ts';
import { type LighthouseSettings, settingsSchema } from './settings-schema.ts';

/**
 * Reads the settings, fills in the defaults and refuses combinations that cannot work.
 *
 * @param input an object, or its JSON text as `cdk -c lighthouse=…` passes it
 * @throws {Error} when settings are wrong, with one sentence for each mistake
 */
export function parseSettings(input: unknown = {}): LighthouseSettings {
  const parsed = settingsSchema.safeParse(typeof input === 'string' ? parseJson(input) : input);
  if (!parsed.success) {
    throw new Error(
      withHeading(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
    );
  }
  const conflicts = checkSettings(parsed.data);
  if (conflicts.length > 0) throw new Error(withHeading(conflicts));
  return parsed.data;
}

function withHeading(sentences: readonly string[]): string {
  return ['the settings under "lighthouse" cannot be used:', ...sentences].join('\n- ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(withHeading(['the text is not valid JSON']), { cause: error });
  }
}
