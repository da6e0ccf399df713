import type { OutputConfiguration } from 'commander';
import { reportFailure } from './errors.ts';
import { print } from './output/stream-sink.ts';
import type { Terminal } from './terminal.ts';

/**
 * Where help goes: to standard output when it was asked for, whoever may have stopped reading, and
 * to standard error when a command is missing. Errors are told by `reportFailure` alone. `written`
 * settles once all help so far is out.
 */
export function helpOutput(
  args: readonly string[],
  terminal: Terminal,
): OutputConfiguration & { readonly written: () => Promise<unknown> } {
  let output = Promise.resolve(true);
  return {
    written: () => output,
    // In parts, of which only the first that fails is told.
    writeOut: (text) => {
      output = output
        .then((goesOn) => goesOn && print(terminal.stdout, text))
        .catch((error: unknown) => {
          process.exitCode = reportFailure(error, args, terminal);
          return false;
        });
    },
    writeErr: (text) => terminal.stderr.write(text),
    outputError: () => {},
  };
}
