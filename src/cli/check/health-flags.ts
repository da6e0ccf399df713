import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import type { HealthCheckOptions } from '../../health/health-check-options.ts';
import { DEFAULT_TARGET_URL } from '../../health/schema/options-schema.ts';
import { parseHealthCheckOptions } from '../../health/schema/parse-options.ts';
import { fileError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { collect, integerOption, parseHeaders, parseIntegerList } from './flag-parsers.ts';

/** The flags of `addHealthFlags`, as commander parses them. */
export interface HealthFlags {
  readonly target?: string;
  readonly timeoutMs?: number;
  readonly attempts?: number;
  readonly expect?: readonly number[];
  readonly slowMs?: number;
  readonly header?: readonly string[];
  readonly proxyHeader?: readonly string[];
  readonly redirects: boolean;
  readonly bodyIncludes?: string;
  readonly maxBodyBytes?: number;
  readonly insecure?: true;
  readonly insecureProxy?: true;
  readonly ca?: string;
  readonly resumeTls?: true;
}

/** The flag that sets each field: messages name what the user typed. */
const FLAG_OF_FIELD: Readonly<Record<keyof HealthCheckOptions, string>> = {
  targetUrl: '--target',
  timeoutMs: '--timeout-ms',
  attempts: '--attempts',
  expectedStatusCodes: '--expect',
  slowThresholdMs: '--slow-ms',
  headers: '--header',
  proxyHeaders: '--proxy-header',
  allowRedirects: '--no-redirects',
  verifyTls: '--insecure',
  verifyProxyTls: '--insecure-proxy',
  ca: '--ca',
  bodyIncludes: '--body-includes',
  maxBodyBytes: '--max-body-bytes',
  resumeTls: '--resume-tls',
};

/** Adds one flag for every field of `HealthCheckOptions`. */
export function addHealthFlags(command: Command): Command {
  return command
    .optionsGroup('How a proxy is checked:')
    .option('--target <url>', `URL asked for through the proxy (default: ${DEFAULT_TARGET_URL})`)
    .addOption(integerOption('--timeout-ms <ms>', 'deadline of one attempt, 100-30000 (5000)'))
    .addOption(integerOption('--attempts <n>', 'tries per proxy, 1-5 (1)'))
    .addOption(
      new Option('--expect <codes>', 'HTTP statuses that count, comma-separated (200)').argParser(
        parseIntegerList,
      ),
    )
    .addOption(integerOption('--slow-ms <ms>', 'a success slower than this is slow (2000)'))
    .option('--header <header>', "'Name: value' for the target; repeatable", collect)
    .option('--proxy-header <header>', "'Name: value' for the proxy; repeatable", collect)
    .option('--no-redirects', 'do not follow redirects; their status is the answer')
    .option('--body-includes <text>', 'text the body must contain')
    .addOption(integerOption('--max-body-bytes <n>', 'most bytes of the body to read (65536)'))
    .option('--insecure', 'accept any certificate from the target')
    .option('--insecure-proxy', 'accept any certificate from an HTTPS proxy')
    .option('--ca <file>', 'PEM certificates to trust in addition to the well-known ones')
    .option('--resume-tls', 'resume TLS sessions: less CPU, but the target can link the probes');
}

/**
 * Turns the given flags into the fields of `HealthCheckOptions` they set.
 *
 * @throws {InvalidInputError} when a flag cannot be used; the message names it
 */
export async function readHealthFlags(flags: HealthFlags): Promise<Record<string, unknown>> {
  const fields: Record<keyof HealthCheckOptions, unknown> = {
    targetUrl: flags.target,
    timeoutMs: flags.timeoutMs,
    attempts: flags.attempts,
    expectedStatusCodes: flags.expect,
    slowThresholdMs: flags.slowMs,
    headers: parseHeaders(flags.header, '--header'),
    proxyHeaders: parseHeaders(flags.proxyHeader, '--proxy-header'),
    allowRedirects: flags.redirects ? undefined : false,
    verifyTls: flags.insecure ? false : undefined,
    verifyProxyTls: flags.insecureProxy ? false : undefined,
    ca: flags.ca === undefined ? undefined : await readCertificates(flags.ca),
    bodyIncludes: flags.bodyIncludes,
    maxBodyBytes: flags.maxBodyBytes,
    resumeTls: flags.resumeTls,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/**
 * Validates the result of `readHealthFlags` and adds the defaults.
 *
 * @throws {InvalidInputError} when a value cannot be used; the message names flags, not fields
 */
export function completeHealthOptions(fields: Record<string, unknown>): HealthCheckOptions {
  try {
    return parseHealthCheckOptions(fields);
  } catch (error) {
    if (!(error instanceof InvalidInputError) || error.issues.length === 0) throw error;
    const problems = error.issues.map(({ pointer, detail }) => `${flagAt(pointer)}: ${detail}`);
    throw new InvalidInputError(problems.join('\n'), error.issues, { cause: error });
  }
}

/** The flag behind a JSON pointer into the options (`/timeoutMs` is `--timeout-ms`). */
function flagAt(pointer: string): string {
  const field = pointer.split('/')[1] ?? '';
  return Object.entries(FLAG_OF_FIELD).find(([name]) => name === field)?.[1] ?? pointer;
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw fileError({ role: '--ca', path, advice: 'give a file of PEM certificates' }, error);
  }
}

/** Tells people which target is used when they named none. */
export function noteDefaultTarget(
  flags: Pick<HealthFlags, 'target'> & { readonly quiet?: true },
  terminal: Terminal,
): void {
  if (flags.target !== undefined || flags.quiet) return;
  terminal.stderr.write(
    `note: asking for ${DEFAULT_TARGET_URL} through each proxy; choose another with --target\n`,
  );
}
