import { access, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

it.each(['SECURITY.md', 'docs/security.md'])('%s links to files that exist', async (page) => {
  const text = await readFile(new URL(page, ROOT), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
  const files = links.filter((link) => !link.startsWith('https:'));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) await access(new URL(file, new URL(page, ROOT)));
});
