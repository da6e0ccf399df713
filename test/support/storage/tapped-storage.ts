import type { Storage } from '../../../src/storage/storage.ts';

/** A method of a storage, such as `leases.acquire`. */
export type StorageMethod = {
  [Part in keyof Storage]: `${Part}.${keyof Storage[Part] & string}`;
}[keyof Storage];

type MethodOf<Name extends StorageMethod> = Name extends `${infer Part}.${infer Method}`
  ? Part extends keyof Storage
    ? Method extends keyof Storage[Part]
      ? Storage[Part][Method]
      : never
    : never
  : never;

type ArgumentsOf<Name extends StorageMethod> =
  MethodOf<Name> extends (...args: infer Args) => unknown ? Args : never;
export type AnswerOf<Name extends StorageMethod> =
  MethodOf<Name> extends (...args: never[]) => infer Answer ? Answer : never;

/** Answers the calls of one method; `call` is the original method. */
export type Tap<Name extends StorageMethod> = (
  call: (...args: ArgumentsOf<Name>) => AnswerOf<Name>,
  ...args: ArgumentsOf<Name>
) => AnswerOf<Name>;

type Call = (...args: unknown[]) => unknown;

/** Answers every call. */
export type TapAll = (name: StorageMethod, call: Call, args: readonly unknown[]) => unknown;

/** A storage whose calls a test watches, delays, fails or answers; the newest tap comes first. */
export class TappedStorage implements Storage {
  readonly pools: Storage['pools'];
  readonly policies: Storage['policies'];
  readonly proxies: Storage['proxies'];
  readonly leases: Storage['leases'];
  readonly leaseKeys: Storage['leaseKeys'];
  readonly results: Storage['results'];
  readonly sweeps: Storage['sweeps'];
  readonly sweepKeys: Storage['sweepKeys'];
  #taps: readonly TapAll[] = [];

  constructor(storage: Storage) {
    const part = <Part extends keyof Storage>(name: Part): Storage[Part] =>
      new Proxy(storage[name], {
        get: (target, method) => {
          const original = Reflect.get(target, method) as unknown as Call;
          return this.#tapped(`${name}.${String(method)}` as StorageMethod, original.bind(target));
        },
      });
    this.pools = part('pools');
    this.policies = part('policies');
    this.proxies = part('proxies');
    this.leases = part('leases');
    this.leaseKeys = part('leaseKeys');
    this.results = part('results');
    this.sweeps = part('sweeps');
    this.sweepKeys = part('sweepKeys');
  }

  /** Taps every call; returns a function that removes the tap. */
  tapAll(tap: TapAll): () => void {
    this.#taps = [...this.#taps, tap];
    return () => {
      this.#taps = this.#taps.filter((other) => other !== tap);
    };
  }

  /** Taps the calls of one method; returns a function that removes the tap. */
  tap<Name extends StorageMethod>(name: Name, tap: Tap<Name>): () => void {
    return this.tapAll((called, call, args) =>
      called === name
        ? tap(call as Parameters<Tap<Name>>[0], ...(args as ArgumentsOf<Name>))
        : call(...args),
    );
  }

  /** Runs `act` right before the next call of a method. */
  justBefore(name: StorageMethod, act: () => unknown): void {
    const actFirst = async (call: Call, args: readonly unknown[]) => {
      untap();
      await act();
      return call(...args);
    };
    const untap = this.tapAll((called, call, args) =>
      called === name ? actFirst(call, args) : call(...args),
    );
  }

  /** Collects the names of all later calls in order: of these methods, or of all without names. */
  record(...names: readonly StorageMethod[]): readonly StorageMethod[] {
    const calls: StorageMethod[] = [];
    this.tapAll((name, call, args) => {
      if (names.length === 0 || names.includes(name)) calls.push(name);
      return call(...args);
    });
    return calls;
  }

  #tapped(name: StorageMethod, original: Call): Call {
    return this.#taps.reduce<Call>(
      (call, tap) =>
        (...args) =>
          tap(name, call, args),
      original,
    );
  }
}
