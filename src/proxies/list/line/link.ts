const MARK = '://';
/** What stands before a link that is no part of what is before it. */
const BEFORE_LINK = /[\s|,;[(<]/;
/** A link leads somewhere: it has a path or a query behind its host. */
const LINK = /^https?:\/\/[^\s/?]+[/?]\S*$/i;

/**
 * Cuts off the link that providers put behind a proxy to change its address. What could be a proxy,
 * since it has no path, stays.
 */
export function cutLink(text: string): { readonly text: string; readonly hasLink: boolean } {
  const mark = text.lastIndexOf(MARK);
  if (mark < 0) return { text, hasLink: false };
  const start = mark - (text.slice(0, mark).toLowerCase().endsWith('https') ? 5 : 4);
  if (start < 1 || !BEFORE_LINK.test(text.charAt(start - 1)) || !LINK.test(text.slice(start))) {
    return { text, hasLink: false };
  }
  const rest = text.slice(0, start - 1).replace(/[\s|,;[(<]{1,8}$/, '');
  return rest === '' ? { text, hasLink: false } : { text: rest, hasLink: true };
}
