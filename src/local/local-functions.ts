import type { Clock } from '../clock.ts';
import { LocalStackError } from '../errors.ts';
import type { FunctionSettings } from './functions/function-settings.ts';
import { type FunctionStatistics, LocalFunction } from './functions/local-function.ts';
import type { NamedByConstruct } from './template/physical-names.ts';

/** The functions of a stack. */
export class LocalFunctions {
  readonly #functions: readonly LocalFunction[];

  constructor(
    settings: readonly FunctionSettings[],
    options: { readonly clock: Clock; readonly log: (line: string) => void },
  ) {
    this.#functions = settings.map((each) => new LocalFunction(each, options));
  }

  /** Finds a function by its name or ARN. */
  find(nameOrArn: string): LocalFunction | undefined {
    return this.#functions.find(
      ({ settings }) => settings.name === nameOrArn || settings.arn === nameOrArn,
    );
  }

  /**
   * Finds a function by its name or ARN.
   * @throws {LocalStackError} when the stack has no such function
   */
  get(nameOrArn: string): LocalFunction {
    const found = this.find(nameOrArn);
    if (found !== undefined) return found;
    throw new LocalStackError(
      `the template invokes ${nameOrArn}, which is not one of its functions`,
    );
  }

  /** What each function has used so far. */
  statistics(): readonly LocalFunctionStatistics[] {
    return this.#functions.map(({ settings, statistics, pids }) => ({
      name: settings.name,
      logicalId: settings.logicalId,
      constructPath: settings.constructPath,
      memoryMb: settings.memoryMb,
      timeoutMs: settings.timeoutMs,
      pids,
      ...statistics,
    }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#functions.map((each) => each.stop()));
  }
}

/** What one function has used, and the settings to compare it with. */
export interface LocalFunctionStatistics extends FunctionStatistics, NamedByConstruct {
  readonly name: string;
  /** The template's `MemorySize`. */
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** The ids of the processes that are up. */
  readonly pids: readonly number[];
}
