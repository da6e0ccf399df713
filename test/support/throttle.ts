/**
 * Lets a process run for only a share of the time, like a small Lambda: it stops and continues the
 * process from outside.
 *
 * @param options `share`: the part of each period in which it runs, 0 to 1
 * @returns a function that ends the throttling
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
      clearTimeout(timer); // The process has ended.
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
