/** Writes docs/failures.md from the failure table: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { type FailureDescription, listFailures } from '../src/health/failure.ts';

const INTRODUCTION = `# Failures

Every way a probe can fail has one stable code and one blamed party. Generated from the failure table in \`src/health/failure.ts\` by \`npm run docs\`; a test keeps it current.

A failure whose blame is \`us\` makes its verdict \`inconclusive\`, and so is every verdict of a batch whose control probe fails: no proxy is declared dead for somebody else's fault. *Retried* failures are tried again while attempts are left; the others are final, since trying again would find the same.
`;

/** The failure table as `docs/failures.md` shows it, one section per blamed party. */
export function formatFailureTable(): string {
  const sections = [...Map.groupBy(listFailures(), ({ blame }) => blame)].map(
    ([blame, failures]) => `## Blame: \`${blame}\`\n\n${formatRows(failures)}`,
  );
  return `${[INTRODUCTION, ...sections].join('\n')}`;
}

function formatRows(failures: readonly FailureDescription[]): string {
  const rows = failures.map(
    ({ code, transient, sentence, whatToDo }) =>
      `| \`${code}\` | ${sentence} | ${whatToDo} | ${transient ? 'retried' : 'final'} |\n`,
  );
  return `| code | what happened | what to do | |\n|---|---|---|---|\n${rows.join('')}`;
}

if (import.meta.main) {
  writeFileSync(new URL('failures.md', import.meta.url), formatFailureTable());
}
