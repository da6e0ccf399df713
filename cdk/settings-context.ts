import { parseJson, SettingsError } from './settings.ts';

/** The key of the settings in CDK's context; the key of one of them begins with it and a dot. */
const CONTEXT_KEY = 'lighthouse';

/**
 * The settings in CDK's context: the object `lighthouse`, and single values that win over it, as
 * `cdk -c lighthouse.checker.memoryMb=1024` passes them.
 *
 * @throws {SettingsError} when a value has no place in the object
 */
export function readContextSettings(context: Readonly<Record<string, unknown>>): unknown {
  const whole = context[CONTEXT_KEY] ?? {};
  const base = typeof whole === 'string' ? parseJson(whole) : whole;
  return Object.entries(context)
    .filter(([key]) => key.startsWith(`${CONTEXT_KEY}.`))
    .reduce((settings, [key, value]) => {
      const [, ...path] = key.split('.');
      return setAt(settings, path, { key, value: readValue(value) });
    }, base);
}

function setAt(
  current: unknown,
  [name = '', ...rest]: readonly string[],
  entry: { readonly key: string; readonly value: unknown },
): object {
  if (current !== undefined && (typeof current !== 'object' || Array.isArray(current))) {
    throw new SettingsError([
      `${entry.key} has no place, since what it belongs to is ${JSON.stringify(current)}, not an object`,
    ]);
  }
  const inner = Object.getOwnPropertyDescriptor(current ?? {}, name)?.value;
  const value = rest.length === 0 ? entry.value : setAt(inner ?? undefined, rest, entry);
  return { ...current, [name]: value };
}

/** The command line knows only text: `1024`, `true`, `null` and JSON stand for what they look like. */
function readValue(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    const parsed: unknown = JSON.parse(value);
    // A long number would lose digits; it is part of a name.
    return typeof parsed === 'number' && String(parsed) !== value ? value : parsed;
  } catch {
    return value;
  }
}
