/** Preloaded with `--expose-gc`: says what is live, and how far the work is, a few times a second. */
const writeSync = process.stdout.write.bind(process.stdout);
let lines = 0;
process.stdout.write = (chunk, ...rest) => {
  lines += String(chunk).split('\n').length - 1;
  return writeSync(chunk, ...rest);
};
setInterval(() => {
  globalThis.gc();
  process.stderr.write(`heap ${lines} ${process.memoryUsage().heapUsed}\n`);
}, 500).unref();
