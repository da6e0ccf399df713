import { describe, expect, it } from 'vitest';
import { readList } from './support/read-list.ts';

/** Texts that slow down a pattern that backtracks when they are repeated to fill a line. */
const UNITS = [
  ':',
  '@',
  '[:',
  '::',
  'a:1:',
  '1.2.3.4:80@',
  '\t',
  ' #',
  '%41',
  '",',
  ',1',
  'a.',
  '-1',
  '|',
  'US ',
  '1 day ',
  '|x|',
  'Ab - ',
  '[https://',
];
const ENDS = ['', 'x', ':80', '@'];
const STARTS = ['', 'http://', '1.2.3.4:80', '[', '"', 'u:p@'];

describe('a hostile line', () => {
  it.each(UNITS.map((unit) => [JSON.stringify(unit), unit]))(
    'made of %s takes only linear time',
    async (_, unit) => {
      const body = unit.repeat(4000 / unit.length);
      const lines = STARTS.flatMap((start) => ENDS.map((end) => `${start}${body}${end}\n`));
      const before = process.cpuUsage();
      const entries = await readList(lines.join('').repeat(10), { format: 'text' });
      const { user, system } = process.cpuUsage(before);
      expect(entries.length).toBeGreaterThanOrEqual(lines.length * 10);
      // 4 KiB take well under a millisecond; a quadratic pattern takes more than ten.
      expect((user + system) / 1000 / entries.length).toBeLessThan(3);
    },
  );
});
