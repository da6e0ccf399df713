import type { OutputConfiguration } from 'commander';
import { reportFailure } from './errors.ts';
import { print } from './output/stream-sink.ts';
import type { Terminal } from './terminal.ts';

/**
 * Sends help to standard output when it was asked for, even if the reader has gone away, and to
 * standard error when a command is missing. Only `reportFailure` prints errors. `written` settles
 * once all help so far is out.
 */
export function helpOutput(
  args: readonly string[],
  terminal: Terminal,
): OutputConfiguration & { readonly written: () => Promise<unknown> } {
  let printing = Promise.resolve(true);
  return {
    written: () => printing,
    // Help comes in parts; only the first failure is reported.
    writeOut: (text) => {
      printing = printing
        .then((isRead) => isRead && print(terminal.stdout, text))
        .catch((error: unknown) => {
          process.exitCode = reportFailure(error, args, terminal);
          return false;
        });
    },
    writeErr: (text) => terminal.stderr.write(text),
    outputError: () => {},
  };
}
