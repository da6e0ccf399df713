import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BusEvent, busEventSchema } from './bus-event.ts';

/** The path at which a local stack's event log is read; AWS has no counterpart. */
export const EVENT_LOG_PATH = '/events';

/** The most events that are kept; older ones are forgotten. */
export const MAX_EVENTS = 10_000;

/** Events name proxies and pools: only the owner may read them. */
const PRIVATE = { mode: 0o600 };

/** Some of the log's events in order of arrival, and the position to read on from. */
export interface EventPage {
  readonly events: readonly BusEvent[];
  readonly next: number;
}

/**
 * The newest events that were put on the stack's bus. They are in memory and, if there is one, in a
 * file from which the next stack loads them.
 */
export class EventLog {
  readonly #path: string | null;
  #events: BusEvent[];
  /** The number of events that came before the first one held. */
  #forgotten = 0;
  #linesInFile: number;
  #writing: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<() => void>();

  private constructor(path: string | null, events: BusEvent[]) {
    this.#path = path;
    this.#events = events;
    this.#linesInFile = events.length;
  }

  /** @param path the file that keeps the events; null to keep them only in memory */
  static async open(path: string | null): Promise<EventLog> {
    const events = path === null ? [] : await readEvents(path);
    const log = new EventLog(path, events);
    // A line that a killed process left half-written must not be continued.
    if (path !== null) await log.#rewrite(path);
    return log;
  }

  /** Appends events; once it settles they are in the file. */
  append(events: readonly BusEvent[]): Promise<void> {
    const appended = this.#writing.then(() => this.#append(events));
    this.#writing = appended.catch(() => {});
    return appended;
  }

  /** At most `limit` events from a position on. The first position is 0. */
  read(from: number, limit: number): EventPage {
    const start = Math.max(0, from - this.#forgotten);
    const events = this.#events.slice(start, start + limit);
    return { events, next: Math.max(from, this.#forgotten + start + events.length) };
  }

  /** Waits until there is an event at a position or the signal aborts. */
  async waitFor(position: number, signal: AbortSignal): Promise<void> {
    while (this.#forgotten + this.#events.length <= position && !signal.aborted) {
      const { promise, resolve: wake } = Promise.withResolvers<void>();
      this.#waiting.add(wake);
      const onAbort = () => wake();
      signal.addEventListener('abort', onAbort);
      await promise;
      signal.removeEventListener('abort', onAbort);
      this.#waiting.delete(wake);
    }
  }

  async #append(events: readonly BusEvent[]): Promise<void> {
    if (this.#path !== null) await appendFile(this.#path, linesOf(events), PRIVATE);
    this.#linesInFile += events.length;
    this.#events.push(...events);
    const surplus = this.#events.length - MAX_EVENTS;
    if (surplus > 0) {
      this.#events = this.#events.slice(surplus);
      this.#forgotten += surplus;
    }
    for (const wake of this.#waiting) wake();
    if (this.#path !== null && this.#linesInFile > 2 * MAX_EVENTS) await this.#rewrite(this.#path);
  }

  async #rewrite(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, linesOf(this.#events), PRIVATE);
    await rename(`${path}.new`, path);
    this.#linesInFile = this.#events.length;
  }
}

async function readEvents(path: string): Promise<BusEvent[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap(parseLine).slice(-MAX_EVENTS);
}

function parseLine(line: string): BusEvent[] {
  try {
    return [busEventSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}

function linesOf(events: readonly BusEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}
