import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What snippets of the README take for granted, as its text says. */
const GIVEN: Readonly<Record<string, string>> = {
  storage: "declare const storage: import('proxy-lighthouse').Storage;",
  checker: "declare const checker: import('proxy-lighthouse').HealthChecker;",
};

/** The TypeScript of a README, each snippet as a module that compiles by itself. */
export async function readSnippets(root: string): Promise<readonly string[]> {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, snippet = '']) => {
    const given = Object.entries(GIVEN).filter(
      ([name]) => new RegExp(`\\b${name}\\b`).test(snippet) && !snippet.includes(`const ${name} =`),
    );
    return [...given.map(([, declaration]) => declaration), snippet].join('\n');
  });
}
