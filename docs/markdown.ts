/** A table in Markdown. */
export function formatRows(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(heading) + line(heading.map(() => '---')) + rows.map(line).join('');
}

/** A number with up to three digits of a fraction, as people write it. */
export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: value < 100 ? 3 : 15 });
}
