import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';

const folder = fileURLToPath(new URL('../../docs/examples/', import.meta.url));

/** The one that runs in a process of its own; to load it takes a second. */
const ALONE = 'quick-check.ts';

/** The lines each example must print; an example that is not listed here fails. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  'quick-check.ts': [
    /^good: healthy/m,
    /^dead: unhealthy refused, blame proxy/m,
    /^unauthorized: unhealthy auth_rejected, blame credentials/m,
  ],
  'options.ts': [/redirects true, TLS true/, /^\/timeoutMs: .*100/m, /^\/expectedStatusCodes: /m],
  'streamed-batch.ts': [
    /^line \d+: /m,
    /accepted: 22, duplicate: 0, skipped: \d+, rejected: 1/,
    /'active' => \d/,
  ],
  'custom-strategy.ts': [/^tcp active$/m],
  'storing-results.ts': [/^https:\/\/127\.0\.0\.1:\d+ slow$/m, /demo:\*\*\*@\S+ active$/m],
  'seed-and-bulk-check.ts': [
    /^imported 22 of \d+ entries$/m,
    /state: 'complete'/,
    /inactive tls_intercepted interception$/m,
  ],
  'leasing.ts': [
    /^crawler holds \w+:\/\/\S+ until \d{4}-/m,
    /^a second consumer gets another one: true$/m,
    /^password in sight: false$/m,
    /^not for shop\.example any more: true$/m,
    /^works right now: active in \d+ ms$/m,
    /^2 of \d+ leased$/m,
  ],
};

describe('the examples', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));

  it.for(files)('%s runs as it stands and prints no secret', async (file) => {
    const output = file === ALONE ? await runAlone(file) : await runHere(file);
    for (const line of SAYS[file] ?? [/no expectation is listed for this example/]) {
      expect(output).toMatch(line);
    }
    expect(output).not.toContain('demo-password');
  });
});

/** In a process of its own, as a reader would run it. */
async function runAlone(file: string): Promise<string> {
  const run = promisify(execFile)(process.execPath, [folder + file], { timeout: 60_000 });
  const { stdout, stderr } = await run;
  return stdout + stderr;
}

async function runHere(file: string): Promise<string> {
  const lines: string[] = [];
  const say = (...values: unknown[]) => lines.push(format(...values));
  const spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error')];
  for (const spy of spies) spy.mockImplementation(say);
  try {
    await import(folder + file);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return lines.join('\n');
}
