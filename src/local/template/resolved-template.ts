import * as z from 'zod';
import { LocalStackError } from '../../errors.ts';
import type { CloudAssemblyStack, RawResource } from './cloud-assembly.ts';
import { resolveIntrinsics } from './intrinsics.ts';
import type { PhysicalNames } from './physical-names.ts';
import type { LocalResourceType } from './supported-resources.ts';

/** One resource with its references resolved and its properties parsed. */
export interface Resource<Properties> {
  readonly logicalId: string;
  readonly constructPath: string;
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt … Arn` gives; `''` for a type without an ARN. */
  readonly arn: string;
  readonly properties: Properties;
}

/** A stack's template with every value known. */
export class ResolvedTemplate {
  readonly #stack: CloudAssemblyStack;
  readonly #names: PhysicalNames;

  constructor(stack: CloudAssemblyStack, names: PhysicalNames) {
    this.#stack = stack;
    this.#names = names;
  }

  /**
   * The resources of one type, in template order.
   * @throws {LocalStackError} when one has a property the local stack does not support
   */
  resources<S extends z.ZodType>(
    type: LocalResourceType,
    schema: S,
  ): readonly Resource<z.infer<S>>[] {
    return this.#stack.resources
      .filter((resource) => resource.type === type)
      .map((resource) => ({
        logicalId: resource.logicalId,
        constructPath: resource.constructPath,
        ref: this.#names.refs.get(resource.logicalId) ?? '',
        arn: this.#names.attributes.get(`${resource.logicalId}.Arn`) ?? '',
        properties: this.#parse(resource, schema),
      }));
  }

  #parse<S extends z.ZodType>(resource: RawResource, schema: S): z.infer<S> {
    const properties = resolveIntrinsics(resource.properties, this.#names);
    const parsed = schema.safeParse(properties);
    if (parsed.success) return parsed.data;
    throw new LocalStackError(
      `${resource.logicalId} (${resource.type}) cannot run locally: ${z.prettifyError(parsed.error)}`,
    );
  }
}

/**
 * The schema of a resource's properties: those that the local stack honours and those that have no
 * effect on one machine. Any other property is refused rather than ignored.
 */
export function resourceProperties<Honoured extends z.ZodRawShape>(
  honoured: Honoured,
  withoutLocalEffect: readonly string[],
) {
  const ignored = Object.fromEntries(
    withoutLocalEffect.map((name) => [name, z.unknown().optional()]),
  );
  return z.strictObject({ ...ignored, ...honoured } as Honoured);
}
