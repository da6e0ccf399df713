import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { BenchRun } from '../run-bench.ts';
import type { Machine } from './machine.ts';
import { formatMarkdown, subjectTable, targetTable } from './report.ts';
import type { AssessedTarget } from './targets.ts';

const BEGIN = '<!-- figures: begin -->\n';
const END = '<!-- figures: end -->\n';

export interface BenchResult {
  readonly run: BenchRun;
  readonly assessed: readonly AssessedTarget[];
  readonly machine: { readonly before: Machine; readonly after: Machine };
}

/**
 * Writes the figures as Markdown: between the markers of a file that has them, such as
 * docs/performance.md; otherwise as the whole file.
 */
export function writeMarkdown(file: string, result: BenchResult): void {
  const figures = toMarkdown(result);
  const [before, rest] = existsSync(file) ? readFileSync(file, 'utf8').split(BEGIN) : [];
  const after = rest?.split(END)[1];
  const whole = after === undefined ? figures : `${before}${BEGIN}\n${figures}\n${END}${after}`;
  writeFileSync(file, whole);
}

function toMarkdown({ run, assessed, machine }: BenchResult): string {
  const { measured, skipped, faults } = run;
  const parts = [describe(machine), formatMarkdown(targetTable(assessed))];
  const subjects = subjectTable(measured);
  if (subjects.length > 1) parts.push(formatMarkdown(subjects));
  const notes = [...skipped.map((what) => `- not measured: ${what}\n`), ...faults.map(toItem)];
  return [...parts, ...(notes.length > 0 ? [notes.join('')] : [])].join('\n');
}

function toItem(fault: string): string {
  return `- ${fault}\n`;
}

function describe({ before, after }: BenchResult['machine']): string {
  const { cpu, cores, memoryGb, kernel, node, openssl, curl, at } = before;
  return (
    `Measured on ${at.slice(0, 10)}: ${cores} cores of ${cpu}, ${memoryGb} GB, Linux ${kernel}; ` +
    `Node ${node}, OpenSSL ${openssl}, curl ${curl}. ` +
    `Load average ${before.load[0]} before, ${after.load[0]} after.\n`
  );
}
