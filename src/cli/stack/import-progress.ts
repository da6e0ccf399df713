import type { ListTally } from '../../proxies/list-tally.ts';
import { ProgressLine } from '../output/progress-line.ts';
import type { Terminal } from '../terminal.ts';
import { howFar } from './client/import-retries.ts';
import type { ImportOutcome } from './client/list-importer.ts';

type Imported = Pick<ImportOutcome, 'added' | 'existing' | 'line'>;

/** How far an import is: live on a terminal, and said when it is stopped. */
export class ImportProgress {
  readonly #status: ProgressLine;
  #imported: Imported = { added: 0, existing: 0, line: 0 };

  constructor(terminal: Terminal) {
    this.#status = new ProgressLine(terminal, false);
  }

  /** Takes the outcome so far. */
  readonly onProgress = (outcome: Imported): void => {
    this.#imported = outcome;
  };

  /** Shows the progress until `stop`; the tally tells how much of the list was read. */
  start(tally: Pick<ListTally, 'counts'>): void {
    this.#status.start(() => {
      const { added, existing, line } = this.#imported;
      const { read, rejected } = tally.counts;
      const imported = `${added} added · ${existing} already there`;
      return `${imported} · up to line ${line}, ${read} read · ${rejected} rejected`;
    });
  }

  stop(): void {
    this.#status.stop();
  }

  /** Says what stopped the import, and how far it got. */
  describeStop({ reason }: AbortSignal): string {
    return `${reason instanceof Error ? reason.message : 'stopped'}; ${howFar(this.#imported)}`;
  }
}
