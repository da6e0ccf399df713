import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../real-proxies/support/installed.ts';

/** A program that the suite takes from a registry at a pinned version. */
export interface Tool {
  /** Its name and version, as people know it. */
  readonly title: string;
  /** Where it is installed; the name changes with the version. */
  readonly directory: string;
  /** The programs without which it neither installs nor runs, and a Debian package of each. */
  readonly prerequisites: Readonly<Record<string, string>>;
}

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lighthouse-fidelity');

/** The path of a file beside this one. */
export function besideTools(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

const requirements = ['requirements.txt', 'constraints.txt'].map((name) =>
  readFileSync(besideTools(name), 'utf8'),
);

/** cfn-lint, checkov and moto, in one virtual environment. */
export const PYTHON_TOOLS: Tool = {
  title: 'cfn-lint, checkov and moto',
  directory: join(
    CACHE,
    `python-${createHash('sha256').update(requirements.join()).digest('hex').slice(0, 12)}`,
  ),
  prerequisites: { python3: 'python3-venv' },
};

/** The SQS server that `pom.xml` names. */
export const ELASTIC_MQ: Tool = {
  title: 'ElasticMQ 1.6.12',
  directory: join(CACHE, 'elasticmq-1.6.12'),
  prerequisites: { java: 'default-jre-headless', mvn: 'maven' },
};

const RUNTIME_CLIENT_VERSION = '4.0.2';

/** What stands between a function and the Runtime API in Lambda; it compiles code of its own. */
export const RUNTIME_CLIENT: Tool & { readonly npmPackage: string } = {
  title: `aws-lambda-ric ${RUNTIME_CLIENT_VERSION}`,
  npmPackage: `aws-lambda-ric@${RUNTIME_CLIENT_VERSION}`,
  directory: join(CACHE, `aws-lambda-ric-${RUNTIME_CLIENT_VERSION}`),
  prerequisites: {
    cmake: 'cmake',
    'g++': 'g++',
    make: 'make',
    python3: 'python3',
    xz: 'xz-utils',
  },
};

export const TOOLS: readonly Tool[] = [PYTHON_TOOLS, ELASTIC_MQ, RUNTIME_CLIENT];

/** The file whose presence says that a tool is whole: it is written last. */
export function installedMark({ directory }: Tool): string {
  return join(directory, '.installed');
}

/** The Debian packages that a tool asks for and this machine lacks. */
export function missingPrerequisites({ prerequisites }: Tool): readonly string[] {
  return Object.entries(prerequisites).flatMap(([program, debianPackage]) =>
    findProgram(program) === null ? [debianPackage] : [],
  );
}

/** Why a tool cannot be used here and what would help; null when it can. */
export function whyMissing(tool: Tool): string | null {
  if (existsSync(installedMark(tool))) return null;
  const missing = missingPrerequisites(tool);
  return missing.length > 0
    ? `for ${tool.title}: apt-get install ${missing.join(' ')}`
    : `without ${tool.title}, which npm run test:fidelity installs`;
}
