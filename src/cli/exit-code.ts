/** What the command's exit status says; the same for every subcommand. */
export const ExitCode = {
  /** Done, and nothing was found that the caller asked to fail on. */
  ok: 0,
  /** Done, and `--fail-on` found what it was looking for. */
  unhealthy: 1,
  /** Done, and no proxy is free, or the lease is over. */
  unavailable: 1,
  /** Not done: a wrong option, an input that cannot be used, a stack that cannot be reached. */
  failed: 2,
  /** Stopped by SIGINT (128 + 2). */
  interrupted: 130,
  /** Stopped by SIGTERM (128 + 15). */
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
