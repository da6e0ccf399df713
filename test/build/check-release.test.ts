import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { releaseNotes } from '../../build/check-release.ts';

const CHANGELOG = `# Changelog

## Unreleased

## 1.2.0 (2026-12-01)

- One.
- Two.

## 1.1.0

## 1.0.0
- First.
`;

describe('what is checked before a release', () => {
  it('finds the notes of the version, with or without a date behind it', () => {
    expect(releaseNotes('v1.2.0', '1.2.0', CHANGELOG)).toBe('- One.\n- Two.\n');
    expect(releaseNotes('v1.0.0', '1.0.0', CHANGELOG)).toBe('- First.\n');
  });

  it.each([
    ['v1.2.1', '1.2.0', 'the tag is "v1.2.1" but package.json says 1.2.0: tag v1.2.0'],
    ['1.2.0', '1.2.0', 'tag v1.2.0'],
    ['', '1.2.0', 'tag v1.2.0'],
    ['v1.2.0-rc.1', '1.2.0-rc.1', 'CHANGELOG.md has no section "## 1.2.0-rc.1"'],
    ['v1.1.0', '1.1.0', 'the section "## 1.1.0" of CHANGELOG.md is empty'],
  ])('refuses the tag %s of version %s', (tag, version, message) => {
    expect(() => releaseNotes(tag, version, CHANGELOG)).toThrow(message);
  });

  it('every job of the workflows has permissions of its own, and every action a version', async () => {
    for (const name of ['ci', 'release']) {
      const path = new URL(`../../.github/workflows/${name}.yml`, import.meta.url);
      const text = await readFile(path, 'utf8');
      expect(text).toMatch(/^permissions:/m);
      expect(text).not.toMatch(/write-all|pull_request_target/);
      for (const [, action = ''] of text.matchAll(/uses: (.*)/g)) expect(action).toMatch(/@v\d+$/);
    }
  });
});
