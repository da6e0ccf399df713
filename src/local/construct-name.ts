/** A resource and what the template says of its origin. */
export interface NamedByConstruct {
  readonly logicalId: string;
  /** Such as `Lighthouse/Functions/FanOut/Resource`; `''` when the app wrote no metadata. */
  readonly constructPath: string;
}

/**
 * What the CDK app calls a resource, without its kind: `Lighthouse/Tables/PoolsTable/Resource` is
 * `pools`. Without a path it is the logical id.
 */
export function constructName({ logicalId, constructPath }: NamedByConstruct): string {
  const ids = constructPath.split('/').filter((id) => id !== 'Resource' && id !== 'Default');
  const id = ids.at(-1) || logicalId;
  const name = id.replace(/(?<=.)(Table|Queue|Function|Schedule)$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}
