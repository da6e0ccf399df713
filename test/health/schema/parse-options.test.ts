import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../src/errors.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';

function issuesOf(input: unknown): readonly { pointer: string; detail: string }[] {
  try {
    parseHealthCheckOptions(input);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.issues;
    throw error;
  }
  return [];
}

describe('parseHealthCheckOptions', () => {
  it("fills in the design's defaults", () => {
    expect(parseHealthCheckOptions()).toEqual({
      targetUrl: 'https://example.com/',
      timeoutMs: 5000,
      attempts: 1,
      expectedStatusCodes: [200],
      slowThresholdMs: 2000,
      headers: {},
      proxyHeaders: {},
      allowRedirects: true,
      verifyTls: true,
      verifyProxyTls: true,
      maxBodyBytes: 65_536,
      resumeTls: false,
    });
  });

  it.each([
    ['timeoutMs', 99, /from 100 to 30000 milliseconds/],
    ['timeoutMs', 30_001, /from 100 to 30000/],
    ['timeoutMs', '5000', /whole number/],
    ['attempts', 0, /from 1 to 5/],
    ['attempts', 1.5, /whole number/],
    ['slowThresholdMs', 0, /from 1 to 30000/],
    ['maxBodyBytes', 1024 * 1024 + 1, /from 1 to 1048576 bytes/],
    ['expectedStatusCodes', [], /at least one/],
    ['expectedStatusCodes', [200, 200], /once/],
    ['targetUrl', 'ftp://example.com/', /http:\/\/ or https:\/\//],
    ['targetUrl', 'example.com', /absolute URL/],
    ['targetUrl', 'https://user:secret@example.com/', /user name or password/],
    ['allowRedirects', 'yes', /true or false/],
    ['ca', 'not a certificate', /PEM/],
    ['bodyIncludes', '', /empty/],
    ['bodyIncludes', 'ok \ud800', /half of a surrogate pair/],
    ['targetUrl', 'https://example.com/\udc00', /half of a surrogate pair/],
    ['headers', ['a'], /object/],
    ['timeoutMS', 5000, /not a field; the fields are .*timeoutMs/],
  ])('refuses %s %j with a sentence that says what would be right', (field, value, sentence) => {
    const issues = issuesOf({ [field]: value });
    expect(issues).toHaveLength(1);
    expect(issues[0]?.pointer).toBe(`/${field}`);
    expect(issues[0]?.detail).toMatch(sentence);
    expect(issues[0]?.detail).not.toMatch(/secret/);
  });

  it('names every field that is wrong, and where in a list', () => {
    const issues = issuesOf({ timeoutMs: 1, attempts: 9, expectedStatusCodes: [200, 99] });
    expect(issues.map(({ pointer }) => pointer)).toEqual([
      '/timeoutMs',
      '/attempts',
      '/expectedStatusCodes/1',
    ]);
  });

  it.each([null, 'text', 5, []])('refuses %j in place of an object', (input) => {
    expect(issuesOf(input)).toEqual([{ pointer: '', detail: 'must be an object of options' }]);
  });

  it('takes no field from the prototype', () => {
    expect(issuesOf(JSON.parse('{"__proto__": {"attempts": 3}}'))).toHaveLength(1);
  });

  it('takes a header of any name that HTTP allows, and refuses __proto__ with its pointer', () => {
    for (const name of Object.getOwnPropertyNames(Object.prototype)) {
      if (name === '__proto__') continue;
      const headers = JSON.parse(`{"${name}":"x"}`);
      expect(parseHealthCheckOptions({ headers, proxyHeaders: headers })).toMatchObject({
        headers: { [name]: 'x' },
        proxyHeaders: { [name]: 'x' },
      });
    }
    for (const field of ['headers', 'proxyHeaders']) {
      const issues = issuesOf({ [field]: JSON.parse('{"__proto__":"s3cret","x":"y"}') });
      expect(issues).toEqual([
        { pointer: `/${field}/__proto__`, detail: 'is not a name that a field may have' },
      ]);
    }
  });
});
