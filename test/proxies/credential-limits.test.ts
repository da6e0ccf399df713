import { describe, expect, it } from 'vitest';
import { refuseCredentials } from '../../src/proxies/credential-limits.ts';

describe('refuseCredentials', () => {
  it.each([
    ['socks5', 'a'.repeat(255), 'b'.repeat(255)],
    ['http', 'a'.repeat(4096), 'b'.repeat(4096)],
    ['https', 'u', 'é'.repeat(2048)],
    ['mine', 'u', 'b'.repeat(4096)],
    ['http', 'é'.repeat(127), ''],
    ['http', '', 'pa:ss @/?#%'],
    ['http', 'Größe', 'пароль'],
    ['http', '用户', '密码'],
    ['socks5', 'us:er', 'p'],
    ['socks4', 'user-id', ''],
  ])('accepts credentials that a %s proxy can be sent', (protocol, username, password) => {
    expect(refuseCredentials(protocol, username, password)).toBeNull();
  });

  it.each(['http', 'https', 'mine'])('refuses more than 4 KiB for %s', (protocol) => {
    const long = 'a'.repeat(4097);
    expect(refuseCredentials(protocol, long, 'p')?.reason).toBe('credentials_too_long');
    expect(refuseCredentials(protocol, 'u', long)?.reason).toBe('credentials_too_long');
  });

  it.each([
    ['a'.repeat(256), 'p'],
    ['u', 'a'.repeat(256)],
    ['u', 'é'.repeat(128)],
    ['u', '密'.repeat(86)],
  ])('refuses more than 255 bytes for SOCKS alone', (username, password) => {
    for (const protocol of ['socks4', 'socks5']) {
      expect(refuseCredentials(protocol, username, password)?.reason).toBe('credentials_too_long');
    }
    expect(refuseCredentials('http', username, password)).toBeNull();
  });

  it.each([
    ['NUL', 'a\0b'],
    ['CR', 'a\rb'],
    ['LF', 'a\nb'],
    ['TAB', 'a\tb'],
    ['DEL', 'a\x7fb'],
    ['C1 controls', 'a\u0085b'],
    ['line separators', 'a\u2028b'],
    ['emoji', 'a😀b'],
    ['emoji of the basic plane', 'a\u2603b'],
    ['zero-width joiners', 'a\u200db'],
    ['lone surrogates', 'a\ud800b'],
    ['replacement characters', 'a\ufffdb'],
  ])('refuses %s in the user name and the password of every protocol', (_, text) => {
    for (const protocol of ['http', 'https', 'socks4', 'socks5', 'mine']) {
      expect(refuseCredentials(protocol, text, 'p')?.reason).toBe('invalid_credentials');
      expect(refuseCredentials(protocol, 'u', text)?.reason).toBe('invalid_credentials');
    }
  });

  it('refuses a colon in an HTTP user name, which would end there', () => {
    expect(refuseCredentials('http', 'a:b', 'p')?.reason).toBe('invalid_credentials');
    expect(refuseCredentials('https', 'a:b', 'p')?.reason).toBe('invalid_credentials');
  });

  it('never quotes what it refuses', () => {
    for (const secret of ['canary\n', 'canary😀', 'canary'.repeat(50), 'canary:x']) {
      const refusals = [
        refuseCredentials('http', secret, ''),
        refuseCredentials('http', '', secret),
      ];
      expect(JSON.stringify(refusals)).not.toContain('canary');
    }
  });
});
