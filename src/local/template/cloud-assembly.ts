import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { LocalStackError } from '../../errors.ts';

/** A value in a template, before its intrinsic functions are resolved. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** Tells whether a value is an object, not an array, scalar or null. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const json = z.record(z.string(), z.json());

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Condition: z.string().optional(),
      Properties: json.default({}),
      Metadata: json.default({}),
    }),
  ),
  Parameters: z.record(z.string(), z.object({ Default: z.string().optional() })).default({}),
});

const assetsSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })).default({}),
});

/** One resource as the template states it, with its intrinsic functions unresolved. */
export interface RawResource {
  readonly logicalId: string;
  readonly type: string;
  readonly condition?: string;
  readonly properties: JsonObject;
  /** The construct's path, such as `Lighthouse/Checker/Resource`; `''` without metadata. */
  readonly constructPath: string;
}

/** One stack of a cloud assembly: what `cdk synth` wrote and `cdk deploy` would upload. */
export interface CloudAssemblyStack {
  readonly stackName: string;
  readonly resources: readonly RawResource[];
  /** The defaults of template parameters by name; those without one are absent. */
  readonly parameters: ReadonlyMap<string, string>;
  /**
   * The directory of an asset by its S3 key.
   * @throws {LocalStackError} when there is none
   */
  assetPath(s3Key: string): string;
}

/**
 * Reads a stack's template and asset manifest.
 * @throws {LocalStackError} when they are absent or not in the form `cdk synth` writes
 */
export function readCloudAssemblyStack(outDir: string, stackName: string): CloudAssemblyStack {
  const template = parse(templateSchema, join(outDir, `${stackName}.template.json`));
  const assets = parse(assetsSchema, join(outDir, `${stackName}.assets.json`));
  return {
    stackName,
    resources: Object.entries(template.Resources).map(([logicalId, resource]) => ({
      logicalId,
      type: resource.Type,
      ...(resource.Condition === undefined ? {} : { condition: resource.Condition }),
      properties: resource.Properties,
      constructPath: String(resource.Metadata['aws:cdk:path'] ?? ''),
    })),
    parameters: new Map(
      Object.entries(template.Parameters).flatMap(([name, { Default }]) =>
        Default === undefined ? [] : [[name, Default]],
      ),
    ),
    assetPath(s3Key) {
      const path = assets.files[s3Key.replace(/\.zip$/, '')]?.source.path;
      if (path === undefined) {
        throw new LocalStackError(`the asset ${s3Key} is not in ${stackName}.assets.json`);
      }
      return resolve(outDir, path);
    },
  };
}

function parse<T extends z.ZodType>(schema: T, path: string): z.infer<T> {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new LocalStackError(`${path} cannot be read as a synthesized stack`, { cause });
  }
}
