/** Writes docs/failures.md from the failure table: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { type FailureDescription, listFailures } from '../src/health/failure.ts';

const INTRODUCTION = `# Failures

Every way a probe can fail has one stable code. Generated from the tables in \`src/health/failures/\` by \`npm run docs\`; a test keeps it current.

A code names the party that is to blame as a rule. A result's own \`blame\` is another where the layers show who sent the bytes (a malformed answer inside TLS with the target is the target's), where the control probe saw the target (plain text in a tunnel, where it speaks TLS, is the proxy's; a certificate that it did not see is \`unclear\`), or where the proxy's own words do (\`proxySays\`: \`Proxy-Status\`, \`X-Squid-Error\`, fields of providers, the number of a SOCKS reply).

A failure whose blame is \`us\` makes its verdict \`inconclusive\`, and so is every failure of a batch whose control probe fails: no proxy is declared dead for somebody else's fault. It is then blamed on the target, on \`us\` where this machine could not ask, or is \`unconfirmed\` where only proxies know the target's name. A success needs no control probe. Where a run ends before the target was asked, its failures are \`unconfirmed\`. *Retried* failures are tried again while attempts are left; the others are final, since trying again would find the same.
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
