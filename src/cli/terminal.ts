import { styleText } from 'node:util';

/** The streams and habits of the terminal the command runs in. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Colours on standard output: a TTY, `NO_COLOR` unset or empty, `TERM` not `dumb`. */
  readonly colour: boolean;
  /** Live progress on standard error: a TTY that understands cursor movement. */
  readonly live: boolean;
}

/** A colour that carries meaning; shown only where the terminal has colours. */
export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const dumb = env.TERM === 'dumb';
  return {
    stdin,
    stdout,
    stderr,
    colour: stdout.isTTY === true && !env.NO_COLOR && !dumb,
    live: stderr.isTTY === true && !dumb,
  };
}

/** Colours a text, or leaves it alone. */
export function paint(text: string, colour: Colour, enabled: boolean): string {
  return enabled ? styleText(colour, text, { validateStream: false }) : text;
}

/**
 * Makes text from outside safe to show: control characters, escape sequences and the
 * bidirectional overrides among them, become `�`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
