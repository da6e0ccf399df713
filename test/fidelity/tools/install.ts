/**
 * Installs the tools of the fidelity suite into a cache of the user's, at once, and leaves those
 * that are there. A tool that cannot be installed is named, and the tests that need it are skipped;
 * with `REQUIRE_FIDELITY=1` they fail.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  besideTools,
  ELASTIC_MQ,
  installedMark,
  missingPrerequisites,
  PYTHON_TOOLS,
  RUNTIME_CLIENT,
  TOOLS,
  type Tool,
  whyMissing,
} from './tools.ts';

type Install = (directory: string) => Promise<void>;

const INSTALLS: ReadonlyMap<Tool, Install> = new Map([
  [PYTHON_TOOLS, installPythonTools],
  [ELASTIC_MQ, installElasticMq],
  [RUNTIME_CLIENT, installRuntimeClient],
]);

await Promise.all(TOOLS.map(install));

async function install(tool: Tool): Promise<void> {
  if (existsSync(installedMark(tool))) return;
  if (missingPrerequisites(tool).length > 0) return say(`${whyMissing(tool)}`);
  const startedAt = performance.now();
  rmSync(tool.directory, { recursive: true, force: true });
  mkdirSync(tool.directory, { recursive: true });
  try {
    await INSTALLS.get(tool)?.(tool.directory);
    writeFileSync(installedMark(tool), '');
    say(`${tool.title} installed in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  } catch (error) {
    say(`${tool.title} cannot be installed: ${error instanceof Error ? error.message : error}`);
  }
}

async function installPythonTools(directory: string): Promise<void> {
  await run('python3', ['-m', 'venv', directory]);
  // Compiling what is never imported would take half of the time.
  const quietly = ['--quiet', '--no-compile', '--disable-pip-version-check', '--no-input'];
  const files = ['-r', besideTools('requirements.txt'), '-c', besideTools('constraints.txt')];
  await run(join(directory, 'bin', 'pip'), ['install', ...quietly, ...files]);
}

async function installElasticMq(directory: string): Promise<void> {
  const goal = 'dependency:copy-dependencies';
  const options = [`-DoutputDirectory=${join(directory, 'lib')}`, '-DincludeScope=runtime'];
  await run('mvn', ['-q', '-B', '-f', besideTools('pom.xml'), goal, ...options]);
}

async function installRuntimeClient(directory: string): Promise<void> {
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
  // Node's headers come with its npm package; node-gyp would fetch others from elsewhere.
  const root = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(root, 'include', 'node', 'node_api.h'));
  const env = hasHeaders ? { npm_config_nodedir: root } : {};
  const quietly = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const args = ['install', ...quietly, RUNTIME_CLIENT.npmPackage];
  await run('npm', args, { cwd: directory, env });
}

/** Runs a command to its end. It throws with the command's last words when it fails. */
async function run(
  command: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const child = spawn(command, args, {
    ...(cwd && { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said = `${said}${piece}`.slice(-2_000);
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${said}`);
}

function say(line: string): void {
  process.stderr.write(`fidelity: ${line}\n`);
}
