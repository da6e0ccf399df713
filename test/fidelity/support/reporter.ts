import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Says at the end, for each part of the suite, how many tests passed, and why some were skipped. */
export class FidelityReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const parts = new Map<string, TestCase[]>();
    for (const each of modules) {
      const [, part = ''] = /test\/fidelity\/([^/]+)\//.exec(each.moduleId) ?? [];
      parts.set(part, [...(parts.get(part) ?? []), ...each.children.allTests()]);
    }
    const all = [...parts.values()].flat();
    const lines = [...parts].map(([part, tests]) => `  ${part}: ${countsOf(tests)}`);
    const text = [`\nfidelity: ${countsOf(all)}`, ...lines, ...all.flatMap(skippedLine)].join('\n');
    process.stdout.write(`${text}\n`);
  }
}

function countsOf(tests: readonly TestCase[]): string {
  const count = (state: string) => tests.filter((test) => test.result().state === state).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}

function skippedLine(test: TestCase): string[] {
  const result = test.result();
  if (result.state !== 'skipped') return [];
  return [`  skipped: ${test.fullName}: ${result.note ?? 'no reason is given'}`];
}
