import { styleText } from 'node:util';

/** The streams of the process, and what the terminal behind them can show. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Whether standard output shows colours: a TTY, `NO_COLOR` unset or empty, `TERM` not `dumb`. */
  readonly colour: boolean;
  /** Whether standard error can show live progress: a TTY that can move its cursor. */
  readonly live: boolean;
}

/** A colour or weight that carries meaning. */
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

/** Colours a text when `enabled`. */
export function paint(text: string, colour: Colour, enabled: boolean): string {
  return enabled ? styleText(colour, text, { validateStream: false }) : text;
}

/**
 * Makes text from outside safe to show: replaces control characters, and thus escape sequences and
 * bidirectional overrides, with `�`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}
