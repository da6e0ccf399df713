import { describe, expect, it } from 'vitest';
import { hasDotSegment, isDotSegment, pathOf } from '../src/path-segments.ts';

describe('a dot segment', () => {
  it.each(['.', '..', '%2e', '%2E', '.%2e', '%2E.', '%2e%2E', '%252e%252e', '%25252E.'])(
    'is %s',
    (segment) => {
      expect(isDotSegment(segment)).toBe(true);
      // The reason for refusing it: a URL parser that decodes as often removes it.
      const decoded = segment.replaceAll(/%(25)+/g, '%');
      expect(new URL(`http://api/a/${decoded}`).pathname).toMatch(/^\/(a\/)?$/);
    },
  );

  it.each(['', '...', 'a.', '.a', '..a', '%2e%2e%2e', '%2f', 'shop', '%2'])(
    'is not "%s"',
    (segment) => {
      expect(isDotSegment(segment)).toBe(false);
    },
  );

  it.each(['/a/../b', '/..', 'a/.', 'a%2f..%2fb', 'a\\..', 'a%5C%2e', 'a%252f..'])(
    'is found in %s',
    (path) => {
      expect(hasDotSegment(path)).toBe(true);
    },
  );
});

describe('a path', () => {
  it('keeps each value as one segment', () => {
    expect(pathOf`/pools/${'a b/c?d#é'}/proxies`).toBe('/pools/a%20b%2Fc%3Fd%23%C3%A9/proxies');
  });

  it.each(['', '.', '..', '%2e%2E', 'a/../b'])('is refused the name "%s"', (name) => {
    expect(() => pathOf`/pools/${name}/proxies`).toThrow('a name in a path must not be empty');
  });
});
