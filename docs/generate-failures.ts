/** Writes docs/failures.md from the failure table: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { formatFailureTable } from './failure-table.ts';

writeFileSync(new URL('failures.md', import.meta.url), formatFailureTable());
