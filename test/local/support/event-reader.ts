import { localAuthorization } from '../../../src/local/credentials.ts';
import { EVENT_LOG_PATH } from '../../../src/local/event-bus/event-log.ts';
import type { SentEvent } from '../../support/audit/sweep-evidence.ts';
import type { FaultStack } from './fault-stack.ts';

interface LoggedEvent {
  readonly 'detail-type': string;
  readonly detail: { readonly pool: string; readonly eventId: string };
}

interface LogPage {
  readonly events: readonly LoggedEvent[];
  readonly next: number;
}

/** Reads the events that a stack's functions have sent, in order, as often as each was sent. */
export class EventReader {
  readonly #stack: FaultStack;
  readonly #poolName: string;
  #position = 0;

  constructor(stack: FaultStack, poolName: string) {
    this.#stack = stack;
    this.#poolName = poolName;
  }

  /**
   * The events about the pool that were sent since the last call.
   *
   * @throws {Error} when the log has forgotten some, since then none could be missed
   */
  async read(): Promise<readonly (SentEvent & Pick<LoggedEvent, 'detail'>)[]> {
    const found: LoggedEvent[] = [];
    const { endpoints, credentials } = this.#stack.whole.stack;
    const headers = { authorization: localAuthorization(credentials) };
    for (;;) {
      const url = `${endpoints.eventbridge}${EVENT_LOG_PATH}?from=${this.#position}`;
      const { events, next } = (await (await fetch(url, { headers })).json()) as LogPage;
      if (next - this.#position !== events.length) throw new Error('the log has forgotten events');
      this.#position = next;
      found.push(...events.filter(({ detail }) => detail.pool === this.#poolName));
      if (events.length === 0) break;
    }
    return found.map((event) => ({ type: event['detail-type'], detail: event.detail }));
  }
}
