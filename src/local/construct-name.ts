/**
 * What the CDK app calls a resource, without its kind: `Lighthouse/Tables/PoolsTable/Resource` is
 * `pools`.
 */
export function constructName(constructPath: string): string {
  const ids = constructPath.split('/').filter((id) => id !== 'Resource' && id !== 'Default');
  const name = (ids.at(-1) ?? '').replace(/(?<=.)(Table|Queue|Function|Schedule)$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}
