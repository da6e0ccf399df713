/** Arrays and objects that JSON from outside may nest; what is asked for nests four. */
export const MAX_JSON_DEPTH = 32;

/** Whether a JSON text nests more arrays and objects than a limit; it need not be valid. */
export function nestsTooDeep(text: string, limit: number = MAX_JSON_DEPTH): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === '\\') index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    if (depth > limit) return true;
  }
  return false;
}
