/** The removal of one safety measure, and the tests that have to notice it. */
export interface Sabotage {
  /** The measure, a colon, and what is wrong without it. */
  readonly name: string;
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Test files with at least one test that has to fail. */
  readonly tests: readonly string[];
  /** Only tests with this in their title are run. @default all tests of the files */
  readonly title?: string;
}
