import { connect, type Socket } from 'node:net';
import type { Attempt } from '../attempt/attempt.ts';
import { classifyError } from '../classify/classify-error.ts';
import { isOurs } from '../failure.ts';
import { Phase } from '../health-check-result.ts';

/** The one literal address that is dialed; or several, to be tried in turn. */
export type Addresses = string | readonly string[];

/**
 * How long an address is waited for alone, milliseconds. A host that is up has answered by then, or
 * its answer was lost: the first repetition of a SYN comes after 1 s (RFC 6298, section 2.1).
 */
const LONGEST_HEAD_START_MS = 1000;
/** The Connection Attempt Delay that RFC 8305, section 5, recommends. */
const SHORTEST_HEAD_START_MS = 250;
/** Most addresses waited for at once, so that a probe costs few descriptors. */
const MAX_WAITED_FOR = 3;

/**
 * Connects to a literal address, or to the first of several that accepts. Node's Happy Eyeballs is
 * off: it aborts a slow first attempt after 250 ms and would call slow proxies dead.
 */
export function connectTcp(attempt: Attempt, addresses: Addresses, port: number): Promise<Socket> {
  if (typeof addresses !== 'string') {
    return new Promise((resolve) => new AddressRace({ attempt, addresses, port, resolve }).start());
  }
  const socket = attempt.own(open(addresses, port));
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
  });
}

interface AddressRaceOptions {
  readonly attempt: Attempt;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly resolve: (socket: Socket) => void;
}

/**
 * Tries one address after the other: the next one at once where one fails, and beside it where one
 * stays silent; a slow one is never given up. The first that accepts wins. When all fail, the
 * attempt fails as the first of them did.
 */
class AddressRace {
  readonly #options: AddressRaceOptions;
  readonly #firstTurn: number;
  readonly #waitedFor = new Set<Socket>();
  #started = 0;
  #timer: NodeJS.Timeout | undefined;
  #failure: unknown;

  constructor(options: AddressRaceOptions) {
    this.#options = options;
    this.#firstTurn = options.attempt.addressTurn;
  }

  start(): void {
    this.#options.attempt.onRelease(() => this.#stop());
    this.#tryNext();
  }

  readonly #tryNext = (): void => {
    const { attempt, addresses, port } = this.#options;
    const turn = this.#firstTurn + this.#started++;
    const address = addresses[turn % addresses.length] ?? '';
    attempt.addressTurn = turn;
    const socket = open(address, port);
    this.#waitedFor.add(socket);
    socket.once('connect', () => this.#win(socket, turn));
    socket.on('error', (error) => this.#lose(socket, error));
    this.#scheduleNext();
  };

  #scheduleNext(): void {
    clearTimeout(this.#timer);
    const { attempt, addresses } = this.#options;
    const left = addresses.length - this.#started;
    if (left === 0 || this.#waitedFor.size === MAX_WAITED_FOR) return;
    const share = attempt.remainingMs / (left + 1);
    const headStart = Math.min(LONGEST_HEAD_START_MS, Math.max(SHORTEST_HEAD_START_MS, share));
    // Under a short deadline, the next one still gets half of the time.
    this.#timer = setTimeout(this.#tryNext, Math.min(headStart, attempt.remainingMs / 2));
  }

  #win(socket: Socket, turn: number): void {
    const { attempt, resolve } = this.#options;
    this.#waitedFor.delete(socket);
    this.#stop();
    attempt.addressTurn = turn;
    resolve(attempt.own(socket));
  }

  #lose(socket: Socket, error: Error): void {
    if (!this.#waitedFor.delete(socket)) return;
    const { attempt, addresses } = this.#options;
    const failure = failureOf(error);
    if (this.#failure === undefined || isOurs(failureOf(this.#failure))) this.#failure = error;
    // Where nothing can be opened, no other address will tell more.
    if (failure === 'out_of_resources') attempt.fail(error);
    else if (this.#started < addresses.length) this.#tryNext();
    else if (this.#waitedFor.size === 0) attempt.fail(this.#failure);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#waitedFor) socket.destroy();
    this.#waitedFor.clear();
  }
}

function failureOf(error: unknown) {
  return classifyError(error, Phase.connect).code;
}

function open(host: string, port: number): Socket {
  return connect({ host, port, autoSelectFamily: false, noDelay: true });
}
