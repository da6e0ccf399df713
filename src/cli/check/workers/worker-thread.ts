import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { onAbort } from '../../../async/on-abort.ts';
import type { SeenCertificate } from '../../../health/dial/certificate-witness.ts';
import type { HealthCheckResult } from '../../../health/health-check-result.ts';
import type { Starter } from '../../../health/window/probe-window.ts';
import { programFile } from '../../../local/installation.ts';
import type { Proxy } from '../../../proxies/proxy.ts';
import { WorkerLost, type WorkerOrder, type WorkerReport, type WorkerSetup } from './messages.ts';

/** How long the probes last that a worker has in stock, at its pace: a message there and back. */
const STOCK_SECONDS = 0.02;
const LEAST_STOCK = 4;
/** The limit of V8's young generation, as in `build/launcher/start.cjs`: three semi-spaces of 8 MB. */
const YOUNG_GENERATION_MB = 24;

export interface WorkerThreadOptions {
  readonly setup: WorkerSetup;
  /** Whether the name servers have answered another thread lately. */
  readonly isAnswering: () => boolean;
  /** It has told something, and may have room for more proxies. */
  readonly onReport: () => void;
  /** It has ended by itself, with what it was checking. */
  readonly onLost: (thread: WorkerThread, cause: unknown) => void;
}

interface Waiting {
  readonly resolve: (result: HealthCheckResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A worker thread as the main thread sees it. */
export class WorkerThread implements Starter {
  /** Whether it has loaded. */
  isReady = false;
  /** Whether the name servers have answered it lately. */
  isAnswering = false;
  readonly #options: WorkerThreadOptions;
  readonly #worker: Worker;
  /** By the ids of the proxies that it has. */
  readonly #waiting = new Map<string, Waiting>();
  #order: Proxy[] = [];
  #seen: readonly SeenCertificate[] | undefined;
  /** Probes that it has, or will have, and has not started. */
  #inStock = 0;
  #most = 0;
  #error: unknown;

  constructor(options: WorkerThreadOptions) {
    this.#options = options;
    this.#worker = new Worker(programFile('../cli/check/workers/check-worker.ts'), {
      workerData: options.setup,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      env: { ...process.env, ...compileCache() },
    });
    this.#worker.on('message', this.#read);
    this.#worker.on('error', (error) => {
      this.#error = error;
    });
    this.#worker.on('exit', this.#lose);
  }

  take(): number {
    if (this.#inStock >= this.#most) return Number.POSITIVE_INFINITY;
    this.#inStock += 1;
    return 0;
  }

  /**
   * Checks a proxy for which `take` was called.
   *
   * @throws {WorkerLost} when the thread ends before; the signal's reason when it is aborted
   */
  check(proxy: Proxy, signal: AbortSignal): Promise<HealthCheckResult> {
    return new Promise((resolve, reject) => {
      const forget = onAbort(signal, () => {
        this.#waiting.delete(proxy.id);
        reject(signal.reason);
      });
      this.#waiting.set(proxy.id, {
        resolve: (result) => {
          forget();
          resolve(result);
        },
        reject: (error) => {
          forget();
          reject(error);
        },
      });
      this.#order.push(proxy);
      if (this.#order.length === 1) setImmediate(this.#send);
    });
  }

  /** Tells it what control probes saw. */
  share(seen: readonly SeenCertificate[]): void {
    this.#seen = seen;
    this.#send();
  }

  /** Ends it, with all that it is doing. */
  async close(): Promise<void> {
    this.#worker.off('exit', this.#lose);
    await this.#worker.terminate();
  }

  readonly #send = (): void => {
    const proxies = this.#order;
    const seen = this.#seen;
    if (proxies.length === 0 && seen === undefined) return;
    this.#order = [];
    this.#seen = undefined;
    const isAnswering = this.#options.isAnswering();
    this.#worker.postMessage({ proxies, isAnswering, ...(seen && { seen }) } satisfies WorkerOrder);
  };

  readonly #read = ({ started, results, ratePerSecond, isAnswering }: WorkerReport): void => {
    this.isReady = true;
    this.isAnswering = isAnswering;
    this.#inStock -= started;
    this.#most = LEAST_STOCK + Math.ceil(ratePerSecond * STOCK_SECONDS);
    for (const result of results) {
      this.#waiting.get(result.proxyId)?.resolve(result);
      this.#waiting.delete(result.proxyId);
    }
    this.#options.onReport();
  };

  readonly #lose = (code: number): void => {
    this.#most = 0;
    const cause = this.#error ?? new Error(`it exited with code ${code}`);
    this.#options.onLost(this, cause);
    const lost = new WorkerLost(cause);
    for (const { reject } of this.#waiting.values()) reject(lost);
    this.#waiting.clear();
  };
}

/** Threads do not inherit the cache of what V8 has compiled; it saves each a fifth of its start. */
function compileCache(): { readonly NODE_COMPILE_CACHE?: string } {
  const directory = getCompileCacheDir();
  // Its last part is Node's own, one for each version; Node adds it again.
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) };
}
