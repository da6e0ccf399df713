/** True when an item's time has come; such an item does not exist for readers. */
export function isExpired(
  item: { readonly expiresAtEpochSeconds?: number },
  nowMs: number,
): boolean {
  return item.expiresAtEpochSeconds !== undefined && item.expiresAtEpochSeconds * 1000 <= nowMs;
}
