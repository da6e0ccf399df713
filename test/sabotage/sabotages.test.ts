import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { SABOTAGES } from './sabotages.ts';

const TREE = resolve(import.meta.dirname, '../..');

it.each(SABOTAGES)('$name: quotes code and tests that exist', async (sabotage) => {
  const { file, find, replace, tests } = sabotage;
  const parts = (await readFile(resolve(TREE, file), 'utf8')).split(find);
  expect(parts, `places in ${file}`).toHaveLength(2);
  expect(replace).not.toBe(find);
  expect(tests.filter((each) => !existsSync(resolve(TREE, each)))).toEqual([]);
});

it('no two have the same name', () => {
  expect(new Set(SABOTAGES.map(({ name }) => name)).size).toBe(SABOTAGES.length);
});
