import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Job, proxyHost, proxyProtocol, type SubjectReport, targetUrl } from '../job.ts';
import { runChild } from '../run-child.ts';
import type { Workbench } from '../workbench.ts';

/** Enough to make curl start up, read its authorities and open its first connections. */
const BASELINE_CHECKS = 8;

/** curl silently replaces a larger `--parallel-max` by 50 (`MAX_PARALLEL` in tool_getparam.h). */
export const CURL_MAX_IN_FLIGHT = 300;

/** What fixtures/meter.cpp reports about a command. */
interface MeterReport {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakRssKb: number;
}

/**
 * Runs `curl -Z` with one proxy per transfer. The cost of its start-up is measured in a run of a
 * few transfers of the same kind and subtracted.
 */
export async function runCurl(job: Job, bench: Workbench): Promise<SubjectReport> {
  const baseline = await transfer({ ...job, checks: BASELINE_CHECKS, octet: 0 }, bench);
  const whole = await transfer(job, bench);
  const measured = job.checks - BASELINE_CHECKS;
  const cpuMs = ((whole.meter.cpuMs - baseline.meter.cpuMs) / measured) * job.checks;
  const { wallMs, peakRssKb } = whole.meter;
  const { latenciesMs, failure } = whole;
  const heldKb = peakRssKb - baseline.meter.peakRssKb;
  const report = { checks: job.checks, ok: latenciesMs.length, cpuMs, wallMs, peakRssKb };
  return { ...report, latenciesMs, heldKb, ...(failure !== undefined && { failure }) };
}

async function transfer(job: Job, { directory, meter }: Workbench) {
  const config = join(directory, 'curl.config');
  await writeFile(
    config,
    Array.from({ length: job.checks }, (_, i) => section(job, i)).join('next\n'),
  );
  const flags = ['-q', '-s', '-Z', '--parallel-immediate', '--parallel-max', String(job.inFlight)];
  const { stdout, report } = await runChild(meter, ['curl', ...flags, '-K', config]);
  const lines = stdout.trimEnd().split('\n');
  const answered = lines.filter((line) => line.startsWith('200 '));
  const failure = lines.find((line) => !line.startsWith('200 '));
  const latenciesMs = answered.map((line) => Number(line.split(' ')[1]) * 1000);
  return { meter: JSON.parse(report) as MeterReport, latenciesMs, ...(failure && { failure }) };
}

/** The lines of one transfer. Sessions are not resumed, so that each handshake is a full one. */
function section({ route, octet, port, caFile }: Job, index: number): string {
  const scheme = proxyProtocol(route) === 'socks5' ? 'socks5h' : 'http';
  return `${[
    `url = "${targetUrl(route)}"`,
    `proxy = "${scheme}://${proxyHost(octet, index)}:${port}"`,
    `cacert = "${caFile}"`,
    'output = "/dev/null"',
    'write-out = "%{http_code} %{time_total} %{errormsg}\\n"',
    'no-sessionid',
  ].join('\n')}\n`;
}
