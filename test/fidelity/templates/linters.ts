import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { PYTHON_TOOLS } from '../tools/tools.ts';

const run = promisify(execFile);
/** The longest report of a linter, bytes. */
const MAX_REPORT_BYTES = 64 * 1024 * 1024;

/** What a linter finds wrong with one resource of a template. */
export interface Finding {
  /** The path of the template. */
  readonly template: string;
  /** Such as `W3005` or `CKV_AWS_119`. */
  readonly rule: string;
  /** Such as `AWS::SQS::Queue`; `''` for a finding outside of the resources. */
  readonly resourceType: string;
  readonly resource: string;
  readonly says: string;
}

/** Lints many templates at once, since a linter takes seconds to start. */
type Linter = (templates: readonly string[]) => Promise<readonly Finding[]>;

const cfnLintSchema = z.array(
  z.object({
    Filename: z.string(),
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullable() }),
  }),
);

/** CloudFormation's own schemas, with the warnings and the hints. */
const cfnLint: Linter = async (templates) => {
  const args = ['--format', 'json', '--regions', 'us-east-1', '--include-checks', 'I', '--'];
  const report = cfnLintSchema.parse(await runLinter('cfn-lint', [...args, ...templates]));
  return report.map(({ Filename: template, Rule, Message, Location }) => {
    const resource = String(Location.Path?.[1] ?? '');
    const resourceType = typeOf(template, resource);
    return { template, rule: Rule.Id, resource, resourceType, says: Message };
  });
};

const checkovSchema = z.object({
  summary: z.object({ parsing_errors: z.literal(0) }),
  results: z.object({
    failed_checks: z.array(
      z.object({
        file_abs_path: z.string(),
        check_id: z.string(),
        check_name: z.string(),
        resource: z.string(),
      }),
    ),
  }),
});

/** checkov's rules of security, as they come with it: it downloads nothing. */
const checkov: Linter = async (templates) => {
  const args = ['--framework', 'cloudformation', '--skip-download', '--quiet', '--compact'];
  const files = templates.flatMap((path) => ['-f', path]);
  const report = checkovSchema.parse(await runLinter('checkov', [...args, '-o', 'json', ...files]));
  return report.results.failed_checks.map((failed) => {
    const [resourceType = '', resource = ''] = failed.resource.split('.');
    const { file_abs_path: template, check_id: rule, check_name: says } = failed;
    return { template, rule, resource, resourceType, says };
  });
};

export const LINTERS: Readonly<Record<string, Linter>> = { 'cfn-lint': cfnLint, checkov };

/** A linter's status is not 0 when it finds something; then it has written a report as well. */
async function runLinter(program: string, args: readonly string[]): Promise<unknown> {
  const path = join(PYTHON_TOOLS.directory, 'bin', program);
  const ended = await run(path, args, { maxBuffer: MAX_REPORT_BYTES }).catch(
    (error: Error & { stdout?: string }) => {
      if (error.stdout) return { stdout: error.stdout };
      throw error;
    },
  );
  return JSON.parse(ended.stdout);
}

function typeOf(template: string, logicalId: string): string {
  const { Resources } = JSON.parse(readFileSync(template, 'utf8'));
  return Resources[logicalId]?.Type ?? '';
}
