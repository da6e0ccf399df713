/**
 * Sweeps a list of real proxies with `npm start -- --once LIST` and compares each verdict, read
 * back from the database, with curl's:
 *
 *     npx node test/real-proxies/once.ts [LINES]
 *
 * Exits with 1 when a line is not accounted for or a verdict differs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isHealthy, type Verdict } from '../../src/health/health-check-result.ts';
import { checkWithCurl } from './support/curl.ts';
import { type MixedLine, mixedList } from './support/mixed-list.ts';
import { startTestBed, type TestBed } from './support/test-bed.ts';

const DEFAULT_LINES = 200;
const TIMEOUT_MS = 10_000;

/** The part of the command's output that is compared. */
interface OnceOutput {
  readonly results: readonly { readonly line: number; readonly status: Verdict }[];
  readonly rejected: readonly { readonly line: number }[];
}

const bed = await startTestBed();
try {
  const lines = mixedList(bed, Number(process.argv[2] ?? DEFAULT_LINES));
  const caFile = bed.workspace.write('ca.pem', bed.targetCaPem + bed.proxyCaPem);
  const differences = await compare(lines, await sweep(bed, lines, caFile), caFile);
  for (const difference of differences) process.stderr.write(`${difference}\n`);
  process.stdout.write(
    `once: ${lines.length} lines swept, ${differences.length} differ from curl or are missing\n`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
} finally {
  await bed.close();
}

async function sweep(
  { workspace, targets }: TestBed,
  lines: readonly MixedLine[],
  caFile: string,
): Promise<OnceOutput> {
  const list = workspace.write('list.txt', `${lines.map((line) => line.text).join('\n')}\n`);
  const output = join(workspace.path, 'results.json');
  const child = spawn(
    'npm',
    [
      ...['start', '--', '--once', list, '--target', targets.good.https.url, '--ca', caFile],
      ...['--timeout-ms', String(TIMEOUT_MS), '--format', 'json', '--output', output],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npm start -- --once ended with ${code}`);
  return JSON.parse(readFileSync(output, 'utf8'));
}

async function compare(
  lines: readonly MixedLine[],
  { results, rejected }: OnceOutput,
  caFile: string,
): Promise<readonly string[]> {
  const statusByLine = new Map(results.map(({ line, status }) => [line, status]));
  const rejectedLines = new Set(rejected.map(({ line }) => line));
  const differences: string[] = [];
  for (const [index, { text, endpoint }] of lines.entries()) {
    const line = index + 1;
    const status = statusByLine.get(line);
    const expected = endpoint ? await curlFinds(endpoint, caFile) : 'no result';
    const found = status === undefined ? 'no result' : isHealthy({ status });
    if (found !== expected) differences.push(`line ${line}: ${found}, expected ${expected}`);
    const accounted = status !== undefined || rejectedLines.has(line) || text.startsWith('#');
    if (!accounted) differences.push(`line ${line}: neither a result nor rejected`);
  }
  return differences;
}

async function curlFinds(
  endpoint: NonNullable<MixedLine['endpoint']>,
  caFile: string,
): Promise<boolean> {
  const verdict = await checkWithCurl(endpoint, {
    targetUrl: bed.targets.good.https.url,
    timeoutMs: TIMEOUT_MS,
    expectedStatusCodes: [200],
    allowRedirects: true,
    verifyTls: true,
    verifyProxyTls: true,
    caFile,
  });
  return verdict.healthy;
}
