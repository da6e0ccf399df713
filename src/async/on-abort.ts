const watched = new WeakMap<AbortSignal, Watch>();

interface Entry {
  readonly callback: () => void;
  /** Its position among the watch's entries. */
  index: number;
}

interface Watch {
  /** Unordered and without gaps, so that it stays one array however many come and go. */
  readonly entries: Entry[];
  readonly listener: () => void;
}

/**
 * Calls back once when a signal is aborted. Hundreds of probes share their stream's signal, which
 * walks its own list of listeners at each addition and removal. Here they share one listener, which
 * is removed with the last of them.
 *
 * @returns a function that forgets the callback
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const watch = watched.get(signal) ?? startWatch(signal);
  const entry = { callback, index: watch.entries.length };
  watch.entries.push(entry);
  return () => {
    if (watch.entries[entry.index] !== entry) return;
    const last = watch.entries.pop();
    if (last && last !== entry) {
      watch.entries[entry.index] = last;
      last.index = entry.index;
    }
    if (watch.entries.length > 0) return;
    signal.removeEventListener('abort', watch.listener);
    watched.delete(signal);
  };
}

function startWatch(signal: AbortSignal): Watch {
  const entries: Entry[] = [];
  const listener = () => {
    watched.delete(signal);
    // One by one: a callback may forget another one.
    for (let entry = entries.pop(); entry; entry = entries.pop()) entry.callback();
  };
  const watch = { entries, listener };
  watched.set(signal, watch);
  signal.addEventListener('abort', listener, { once: true });
  return watch;
}
