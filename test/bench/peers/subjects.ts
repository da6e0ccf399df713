import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE } from '../engine/toolchain.ts';
import { IN_FLIGHT, type Row, TIMEOUT_MS } from './rows.ts';

const run = promisify(execFile);
const GO_SOURCES = join(import.meta.dirname, 'go');
const PRODUCT = join(import.meta.dirname, '../../../dist/bin/lighthouse.cjs');

/** What a subject is run with. */
interface Task {
  readonly row: Row;
  readonly target: string;
  readonly caFile: string;
  /** The list, a proxy URL a line. */
  readonly listFile: string;
  readonly proxies: readonly string[];
  /** An empty directory for the subject's files. */
  readonly directory: string;
}

/** One way to check a list, as a user would run it. */
export interface Subject {
  readonly name: string;
  /** What it verifies, in words, for the table. */
  readonly verifies: string;
  /** The command line; its output has a line for each proxy. */
  command(task: Task): readonly string[];
  /** The latency, milliseconds, in a line of the output of a healthy proxy; null for others. */
  latencyOf(line: string): { readonly proxy?: string; readonly latencyMs: number } | null;
}

const seconds = (ms: number): string => `${ms / 1000}s`;

export const LIGHTHOUSE: Subject = {
  name: 'lighthouse check',
  verifies:
    'status, certificates, that the target answers directly; blame, phases, accounting, bounds',
  command: ({ target, caFile, listFile }) => [
    ...[process.execPath, PRODUCT, 'check', listFile, '--target', target, '--ca', caFile],
    ...['--timeout-ms', String(TIMEOUT_MS), '--concurrency', String(IN_FLIGHT)],
    ...['--format', 'ndjson', '--quiet'],
  ],
  latencyOf: readJsonLine,
};

/** curl's configuration holds this many transfers; its cost of one rises with their number. */
const CURL_CHUNK = 1000;

export const CURL: Subject = {
  name: 'curl -Z, chunks of 1,000',
  verifies: 'status (printed), certificates',
  command: (task) => {
    const files = writeCurlConfigs(task);
    const flags = `-q -s --no-progress-meter -Z --parallel-immediate --parallel-max ${IN_FLIGHT}`;
    return ['sh', '-c', files.map((file) => `curl ${flags} -K ${file}`).join('; ')];
  },
  latencyOf: (line) => {
    const [status, time] = line.split(' ');
    return status === '200' ? { latencyMs: Number(time) * 1000 } : null;
  },
};

function writeCurlConfigs({ target, caFile, proxies, directory }: Task): string[] {
  const files: string[] = [];
  for (let from = 0; from < proxies.length; from += CURL_CHUNK) {
    const sections = proxies
      .slice(from, from + CURL_CHUNK)
      .map((proxy) =>
        [
          `url = "${target}"`,
          `proxy = "${proxy.replace('socks5:', 'socks5h:')}"`,
          `cacert = "${caFile}"`,
          'output = "/dev/null"',
          `max-time = ${TIMEOUT_MS / 1000}`,
          'write-out = "%{http_code} %{time_total}\\n"',
          'no-sessionid\n',
        ].join('\n'),
      );
    const file = join(directory, `curl-${from}`);
    writeFileSync(file, sections.join('next\n'));
    files.push(file);
  }
  return files;
}

/** Builds a Go checker from source. */
export async function buildGo(name: 'plain' | 'tuned'): Promise<Subject> {
  mkdirSync(CACHE, { recursive: true });
  const executable = join(CACHE, `go-${name}`);
  await run('go', ['build', '-o', executable, `./${name}`], { cwd: GO_SOURCES });
  return {
    name: name === 'plain' ? 'Go, plain net/http' : 'Go, tuned',
    verifies: 'status, certificates',
    command: ({ target, caFile, listFile }) => [
      ...['sh', '-c', `exec "$0" "$@" < ${listFile}`, executable, '-target', target, '-ca', caFile],
      ...['-concurrency', String(IN_FLIGHT), '-timeout', seconds(TIMEOUT_MS)],
    ],
    latencyOf: readJsonLine,
  };
}

/** True when Go is installed. */
export async function hasGo(): Promise<boolean> {
  return run('go', ['version']).then(
    () => true,
    () => false,
  );
}

function readJsonLine(line: string) {
  const record = JSON.parse(line) as { proxy: string; status: string; latencyMs: number };
  const { proxy, status, latencyMs } = record;
  return status === 'active' || status === 'slow' ? { proxy, latencyMs } : null;
}
