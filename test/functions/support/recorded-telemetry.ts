import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { MetricUnit } from '@aws-lambda-powertools/metrics/types';
import type { Telemetry } from '../../../functions/telemetry.ts';

/** Adds up metrics instead of printing them. */
class RecordedMetrics extends Metrics {
  readonly recorded: Record<string, number> = {};

  override addMetric(name: string, _unit: MetricUnit, value: number): this {
    this.recorded[name] = (this.recorded[name] ?? 0) + value;
    return this;
  }
}

/** A logger that writes to memory. */
class RecordedLogger extends Logger {
  readonly #lines: string[] = [];

  get lines(): readonly string[] {
    return this.#lines;
  }

  constructor() {
    super({ serviceName: 'test', logLevel: 'DEBUG' });
    const write = (chunk: Buffer, _: string, done: () => void) => {
      this.#lines.push(chunk.toString());
      done();
    };
    const stream = new Writable({ write });
    Object.defineProperty(this, 'console', { value: new Console(stream, stream) });
  }
}

/** Telemetry that a test can look at. */
export interface RecordedTelemetry extends Telemetry {
  readonly logger: RecordedLogger;
  readonly metrics: RecordedMetrics;
  readonly sweepMetrics: RecordedMetrics;
}

export function recordTelemetry(): RecordedTelemetry {
  return {
    logger: new RecordedLogger(),
    metrics: new RecordedMetrics({ namespace: 'Test', serviceName: 'test' }),
    sweepMetrics: new RecordedMetrics({ namespace: 'Test', serviceName: 'sweeps' }),
  };
}
