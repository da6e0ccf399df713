/**
 * Gives a process a share of its time, as a small Lambda does, by stopping and continuing it from
 * outside.
 *
 * @param share of each period that it runs, 0 to 1
 * @returns lets it run again
 */
export function throttle(
  pid: number,
  { share, periodMs }: { readonly share: number; readonly periodMs: number },
): () => void {
  let timer: NodeJS.Timeout;
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    try {
      process.kill(pid, name);
    } catch {
      clearTimeout(timer); // It has ended.
    }
  };
  const stop = () => {
    signal('SIGSTOP');
    timer = setTimeout(run, periodMs * (1 - share));
  };
  const run = () => {
    timer = setTimeout(stop, periodMs * share);
    signal('SIGCONT');
  };
  run();
  return () => {
    clearTimeout(timer);
    signal('SIGCONT');
  };
}
