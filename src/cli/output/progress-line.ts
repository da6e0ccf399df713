import type { Terminal } from '../terminal.ts';

const REDRAW_MS = 120;

/**
 * One line of live progress on standard error, shown only on a terminal. Code that writes to the
 * same terminal clears the line first; the next redraw brings it back.
 */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #enabled: boolean;
  #timer: NodeJS.Timeout | undefined;
  #shown = false;

  constructor(terminal: Terminal, quiet: boolean) {
    this.#stream = terminal.stderr;
    this.#enabled = terminal.live && !quiet;
  }

  /** Shows what `render` returns, several times a second, until `stop`. */
  start(render: () => string): void {
    if (!this.#enabled) return;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#draw(render()), REDRAW_MS);
    this.#timer.unref();
  }

  clear(): void {
    if (!this.#shown) return;
    this.#stream.write('\r\u{1b}[K');
    this.#shown = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(text: string): void {
    const width = Math.max(20, this.#stream.columns || 80);
    this.#stream.write(`\r\u{1b}[K${text.slice(0, width - 1)}`);
    this.#shown = true;
  }
}
