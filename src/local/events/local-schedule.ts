import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { AsyncInvocations } from '../functions/async-invocations.ts';
import type { InvocationOutcome } from '../functions/invocation.ts';
import type { LocalFunction } from '../functions/local-function.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/physical-names.ts';
import type { ScheduleSettings } from './schedule-settings.ts';

export interface LocalScheduleDependencies {
  readonly target: LocalFunction;
  readonly asyncInvocations: AsyncInvocations;
  readonly clock: Clock;
}

/**
 * Invokes a function asynchronously, as EventBridge Scheduler does. The scheduled times are whole
 * multiples of the interval, so a restarted stack continues with the same ones.
 */
export class LocalSchedule {
  readonly settings: ScheduleSettings;
  readonly #dependencies: LocalScheduleDependencies;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: ScheduleSettings, dependencies: LocalScheduleDependencies) {
    this.settings = settings;
    this.#dependencies = dependencies;
    if (settings.enabled) this.#arm();
  }

  /**
   * Invokes the function now, as if `scheduledAt` had come.
   * @returns the outcome of the last try; null when the stack ended first
   */
  fire(scheduledAt: Date): Promise<InvocationOutcome | null> {
    const { asyncInvocations, target } = this.#dependencies;
    return asyncInvocations.submit(target, eventOf(this.settings, scheduledAt));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    const { intervalMs } = this.settings;
    const { clock } = this.#dependencies;
    const next = (Math.floor(clock.now() / intervalMs) + 1) * intervalMs;
    this.#timer = setTimeout(() => {
      // A timer may fire a little early; then it waits again for the same time.
      if (clock.now() >= next) this.fire(new Date(next));
      this.#arm();
    }, next - clock.now());
  }
}

/** AWS: "EventBridge Scheduler User Guide", adding context attributes. */
function eventOf({ logicalId, input }: ScheduleSettings, scheduledAt: Date): string {
  const attributes: Readonly<Record<string, string>> = {
    'scheduled-time': scheduledAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    'schedule-arn': `arn:aws:scheduler:${LOCAL_REGION}:${LOCAL_ACCOUNT}:schedule/default/${logicalId}`,
    'execution-id': randomUUID(),
    'attempt-number': '1',
  };
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (all, name) => attributes[name] ?? all);
}
