/** Arrays and objects that JSON from outside may nest; what is asked for nests four. */
export const MAX_JSON_DEPTH = 32;

/** Whether a JSON text nests more than `MAX_JSON_DEPTH` arrays and objects; it need not be valid. */
export function nestsTooDeep(text: string): boolean {
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
    if (depth > MAX_JSON_DEPTH) return true;
  }
  return false;
}
