import { Command, InvalidArgumentError, Option } from 'commander';
import { PARTS, type Part } from './scenarios.ts';
import { SubjectName } from './subjects.ts';

export interface BenchOptions {
  /** The parts to measure. */
  readonly only: readonly Part[];
  readonly subjects: readonly SubjectName[];
  readonly rounds: number;
  /** Factor on the number of checks. */
  readonly scale: number;
  /** Where the figures go as JSON. */
  readonly json?: string;
  /** Where the tables go as Markdown. */
  readonly markdown?: string;
}

const HELP = `
Prints every target with its figure; exits with 1 when one that must hold is missed or could not be
measured, or a check fails. Everything takes under five minutes. curl's cost of a check rises with
the number of checks in a run, so figures at another --scale are not comparable.

Examples:
  npm run bench
  npm run bench -- --only http,https --rounds 5 --subjects engine,curl
  npm run bench -- --json figures.json --markdown docs/performance.md`;

/** Short names of the subjects, as the command line takes them. */
type SubjectKey = keyof typeof SubjectName;

/** The flags, as the parsers below return them. */
type Parsed = Omit<BenchOptions, 'subjects'> & { readonly subjects: readonly SubjectKey[] };

/** Reads the command line; when it asks for help or is wrong, prints that and exits. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Measures what a health check costs, compared with other ways to make one.')
    .addOption(listOption('--only <parts>', 'parts to measure', PARTS))
    .addOption(listOption('--subjects <names>', 'subjects to measure', Object.keys(SubjectName)))
    .option('--rounds <count>', 'rounds of the runs at 200 in flight', positive('whole'), 3)
    .option('--scale <factor>', 'factor on the number of checks', positive(), 1)
    .option('--json <file>', 'write all figures to a file as JSON')
    .option('--markdown <file>', 'write the figures to a file as Markdown, or between its markers')
    .addHelpText('after', HELP)
    .parse(argv, { from: 'user' });
  const { subjects, ...rest } = command.opts<Parsed>();
  return { ...rest, subjects: subjects.map((key) => SubjectName[key]) };
}

function listOption(flag: string, what: string, names: readonly string[]): Option {
  return new Option(flag, `${what}, separated by commas: ${names.join(', ')}`)
    .default(names, 'all')
    .argParser((text) => {
      const chosen = text.split(',');
      const unknown = chosen.find((name) => !names.includes(name));
      if (unknown === undefined) return chosen;
      throw new InvalidArgumentError(`"${unknown}" is not one of ${names.join(', ')}.`);
    });
}

function positive(kind?: 'whole'): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const usable = value > 0 && Number.isFinite(value) && (!kind || Number.isInteger(value));
    if (usable) return value;
    throw new InvalidArgumentError(`It must be a ${kind ? 'whole ' : ''}number above 0.`);
  };
}
