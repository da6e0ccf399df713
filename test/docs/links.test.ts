import { access, readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PAGES = (await Promise.all(['', 'docs/', 'docs/decisions/'].map(pagesIn))).flat();

async function pagesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(new URL(folder, ROOT));
  return names.filter((name) => name.endsWith('.md')).map((name) => folder + name);
}

it.each(PAGES)('%s links to files that exist', async (page) => {
  const text = await readFile(new URL(page, ROOT), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
  const files = links.filter((link) => !/^https?:/.test(link));
  for (const file of files) await access(new URL(file, new URL(page, ROOT)));
});

it('there are links to check', () => {
  expect(PAGES).toContain('docs/security.md');
});
