/**
 * Starts the real proxy servers and prints a list of them, for trying things by hand:
 *
 *     npx node test/real-proxies/serve.ts [LINES]
 *
 * Ends with Ctrl-C.
 */
import { once } from 'node:events';
import { mixedList } from './support/mixed-list.ts';
import { startTestBed } from './support/test-bed.ts';

const DEFAULT_LINES = 40;

const bed = await startTestBed();
try {
  const lines = mixedList(bed, Number(process.argv[2] ?? DEFAULT_LINES));
  const ca = bed.workspace.write('ca.pem', bed.targetCaPem + bed.proxyCaPem);
  process.stdout.write(`${lines.map((line) => line.text).join('\n')}\n`);
  process.stderr.write(`--target ${bed.targets.good.https.url} --ca ${ca}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
} finally {
  await bed.close();
}
