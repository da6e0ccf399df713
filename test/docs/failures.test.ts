import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatFailureTable } from '../../docs/generate-failures.ts';

it('docs/failures.md is what `npm run docs` writes', () => {
  const written = readFileSync(new URL('../../docs/failures.md', import.meta.url), 'utf8');
  expect(written).toBe(formatFailureTable());
});
