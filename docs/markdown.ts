/** A table in Markdown. */
export function formatRows(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(heading) + line(heading.map(() => '---')) + rows.map(line).join('');
}

/** A number as people write it, with three digits where it is small. */
export function number(value: number): string {
  return value.toLocaleString(
    'en-US',
    value < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 },
  );
}
