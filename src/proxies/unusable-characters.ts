/**
 * Characters that belong in no user name, password or host: controls (RFC 7617, section 2, forbids
 * them in credentials; CR, LF and NUL would break out of their field), format characters, lone
 * surrogates, private-use and unassigned code points, line and paragraph separators, and pictures
 * (emoji and other symbols, U+FFFD among them: the mark of text that was not UTF-8). Letters,
 * digits, marks and punctuation of every script pass.
 */
export const UNUSABLE_CHARACTERS = /[\p{C}\p{So}\p{Zl}\p{Zp}]/u;
