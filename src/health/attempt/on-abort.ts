const watched = new WeakMap<AbortSignal, Watch>();

interface Watch {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/**
 * Calls back once when a signal is aborted. Hundreds of probes share their stream's signal, and its
 * own list of listeners is walked at each addition and removal: here they share one listener, which
 * is removed with the last of them.
 *
 * @returns forgets the callback
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const watch = watched.get(signal) ?? startWatch(signal);
  watch.callbacks.add(callback);
  return () => {
    watch.callbacks.delete(callback);
    if (watch.callbacks.size > 0 || watched.get(signal) !== watch) return;
    signal.removeEventListener('abort', watch.listener);
    watched.delete(signal);
  };
}

function startWatch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>();
  const listener = () => {
    watched.delete(signal);
    for (const callback of callbacks) callback();
  };
  const watch = { callbacks, listener };
  watched.set(signal, watch);
  signal.addEventListener('abort', listener, { once: true });
  return watch;
}
