/** Where a report is written to, with back-pressure. */
export interface Sink {
  write(text: string): Promise<void>;
  /** Everything is written: make it last. */
  commit(): Promise<void>;
  /** The report is not wanted after all; does nothing after `commit`. */
  discard(): Promise<void>;
}
