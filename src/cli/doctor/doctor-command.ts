import type { Command } from 'commander';
import { ExitCode, withInterrupt } from '../interrupt.ts';
import { addStackFlags, type StackFlags } from '../stack/client/find-stack.ts';
import { printAnswer } from '../stack/stack-command.ts';
import { type Colour, paint, printable, type Terminal } from '../terminal.ts';
import { readManifest } from '../version.ts';
import { checkAwsCredentials } from './aws-check.ts';
import type { Finding } from './check.ts';
import { checkDescriptors, checkDirectory, checkMemory, checkNode } from './machine-checks.ts';
import { checkStack, checkStackPackages } from './stack-checks.ts';

const EXAMPLES = `
Examples:
  lighthouse doctor
  lighthouse doctor --json
  lighthouse doctor --stack Lighthouse --region eu-north-1

Exit codes: 0 all is well, notes included; 1 something is wrong; 2 wrong use.`;

const COLOURS: Readonly<Record<Finding['state'], Colour>> = {
  ok: 'green',
  note: 'yellow',
  wrong: 'red',
};

/** Adds `lighthouse doctor`. */
export function addDoctorCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('doctor')
    .summary('tell whether everything is there that Lighthouse needs')
    .description(
      'Looks at Node, memory, open files, this directory, the stack that runs here, AWS credentials' +
        ' (whether there are any, not what they are) and the clock. Changes nothing.',
    )
    .addHelpText('after', EXAMPLES);
  addStackFlags(command).action(async (flags: StackFlags) => {
    process.exitCode = await withInterrupt(async ({ signal }) => {
      const checks = await examine(flags, signal);
      const ok = checks.every(({ state }) => state !== 'wrong');
      await printAnswer(terminal, flags, {
        answer: { ok, version: readManifest().version, checks },
        text: checks.map((finding) => format(finding, terminal.colour)).join(''),
      });
      return ok ? ExitCode.ok : ExitCode.unhealthy;
    });
  });
}

async function examine(flags: StackFlags, signal: AbortSignal): Promise<readonly Finding[]> {
  return [
    checkNode(readManifest().engines.node),
    checkMemory(),
    checkDescriptors(),
    await checkDirectory(process.cwd()),
    checkStackPackages(),
    await checkAwsCredentials(process.env, flags),
    ...(await checkStack(flags, signal)),
  ];
}

function format({ name, state, found, advice }: Finding, colour: boolean): string {
  const text = advice === undefined ? found : `${found}; ${advice}`;
  return `${paint(state.padEnd(7), COLOURS[state], colour)}${name.padEnd(17)}${printable(text)}\n`;
}
