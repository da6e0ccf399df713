/**
 * Names that never stand for a public host: `localhost` (RFC 6761), `local` (RFC 6762), `internal`
 * (reserved by ICANN in 2024; cloud-internal names end so) and `home.arpa` (RFC 8375).
 */
const PRIVATE_SUFFIXES = ['.localhost', '.local', '.internal', '.home.arpa'];

/**
 * Whether a name can only lead to a private address: one label alone, or a private suffix. Every
 * other name is judged by the addresses it resolves to, when it is dialed.
 *
 * @param name lower case, without the root's dot
 */
export function isPrivateName(name: string): boolean {
  return !name.includes('.') || PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix));
}
