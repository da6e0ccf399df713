import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { FleetBehaviour, type FleetCredentials, type FleetProxyOptions } from './fleet-proxy.ts';

/** Above the default `slowThresholdMs` of 2000, below the default `timeoutMs` of 5000. */
const SLOW_DELAY_MS = 2500;

/** Makes the decisions of a proxy that do not depend on its protocol. */
export class Conduct {
  readonly #behaviour: FleetBehaviour;
  readonly #credentials: FleetCredentials | undefined;
  readonly #delayMs: number;
  #connections = 0;

  constructor(options: FleetProxyOptions) {
    this.#behaviour = options.behaviour ?? FleetBehaviour.good;
    this.#credentials = options.credentials;
    this.#delayMs =
      options.delayMs ?? (this.#behaviour === FleetBehaviour.slow ? SLOW_DELAY_MS : 0);
  }

  /** Whether callers need credentials. */
  get asksForCredentials(): boolean {
    return this.#credentials !== undefined || this.#behaviour === FleetBehaviour.unauthorized;
  }

  /** Hangs up on every other connection of a flapping proxy. */
  greet(socket: Socket): void {
    this.#connections += 1;
    if (this.#behaviour === FleetBehaviour.flapping && this.#connections % 2 === 0) {
      socket.destroy();
    }
  }

  /** Whether these are the credentials asked for. */
  accepts(offered: FleetCredentials | null): boolean {
    if (!this.asksForCredentials) return true;
    return this.acceptsUser(offered) && this.#credentials?.password === offered?.password;
  }

  /** Like `accepts`, for SOCKS4, which has no passwords. */
  acceptsUser(offered: Pick<FleetCredentials, 'username'> | null): boolean {
    if (!this.asksForCredentials) return true;
    if (this.#behaviour === FleetBehaviour.unauthorized) return false;
    return this.#credentials?.username === offered?.username;
  }

  /** Waits for this proxy's delay before an answer; rejects when `signal` aborts. */
  async think(signal: AbortSignal): Promise<void> {
    if (this.#delayMs > 0) await delay(this.#delayMs, undefined, { signal });
  }
}
