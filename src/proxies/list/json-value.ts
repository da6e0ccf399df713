import { LIST_KEYS } from './json-splitter.ts';

/** The list a JSON value is or holds; null: it is an entry. */
export function listIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return null;
  const lists = LIST_KEYS.map((key) => Object.getOwnPropertyDescriptor(value, key)?.value);
  return lists.find((list): list is unknown[] => Array.isArray(list)) ?? null;
}

/** The parsed JSON; undefined where it is none. The parser's message is dropped: it quotes the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
