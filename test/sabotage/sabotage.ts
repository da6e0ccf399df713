/** One safety measure taken away, and the tests that have to notice. */
export interface Sabotage {
  /** What is taken away. */
  readonly name: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Test files, at least one test of which has to turn red. */
  readonly tests: readonly string[];
  /** Only tests whose title has this. @default all of the files */
  readonly title?: string;
}
