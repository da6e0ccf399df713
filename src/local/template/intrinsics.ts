import { LocalStackError } from '../../errors.ts';
import { isJsonObject, type Json, type JsonObject } from './cloud-assembly.ts';
import type { PhysicalNames } from './physical-names.ts';

/**
 * Replaces the intrinsic functions in a template value with their local values. A `Ref` to
 * `AWS::NoValue` removes the property or element that holds it.
 * @throws {LocalStackError} when an intrinsic function or a reference has no local counterpart
 */
export function resolveIntrinsics(value: Json, names: PhysicalNames): Json | undefined {
  if (Array.isArray(value)) return resolveList(value, names);
  if (!isJsonObject(value)) return value;
  const [key, ...others] = Object.keys(value);
  if (key !== undefined && others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
    return resolveIntrinsic(key, value[key] ?? null, names);
  }
  const entries = Object.entries(value).flatMap(([name, child]) => {
    const resolved = resolveIntrinsics(child, names);
    return resolved === undefined ? [] : [[name, resolved] as const];
  });
  return Object.fromEntries(entries);
}

function resolveIntrinsic(name: string, argument: Json, names: PhysicalNames): Json | undefined {
  switch (name) {
    case 'Ref':
      return argument === 'AWS::NoValue' ? undefined : lookUp(names.refs, String(argument));
    case 'Fn::GetAtt':
      return lookUp(names.attributes, Array.isArray(argument) ? argument.join('.') : `${argument}`);
    case 'Fn::Join': {
      const [separator, parts] = pair(name, argument);
      return list(name, parts, names).join(String(separator));
    }
    case 'Fn::Select': {
      const [index, items] = pair(name, argument);
      return list(name, items, names)[Number(index)];
    }
    case 'Fn::Split': {
      const [separator, text] = pair(name, argument);
      return String(resolveIntrinsics(text, names)).split(String(separator));
    }
    case 'Fn::Sub':
      return substitute(argument, names);
    default:
      throw new LocalStackError(`the intrinsic function ${name} is not supported locally`);
  }
}

function substitute(argument: Json, names: PhysicalNames): string {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = isJsonObject(variables) ? variables : ({} as JsonObject);
  return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal !== '') return `\${${name}}`;
    const variable = own[name];
    if (variable !== undefined) return String(resolveIntrinsics(variable, names));
    return lookUp(name.includes('.') ? names.attributes : names.refs, name);
  });
}

function resolveList(values: readonly Json[], names: PhysicalNames): readonly Json[] {
  return values.flatMap((value) => {
    const resolved = resolveIntrinsics(value, names);
    return resolved === undefined ? [] : [resolved];
  });
}

function list(intrinsic: string, value: Json, names: PhysicalNames): readonly Json[] {
  const resolved = resolveIntrinsics(value, names);
  if (Array.isArray(resolved)) return resolved;
  throw new LocalStackError(`${intrinsic} takes a list, not a value of type ${typeof resolved}`);
}

function pair(intrinsic: string, argument: Json): readonly [Json, Json] {
  if (Array.isArray(argument) && argument.length === 2) return [argument[0], argument[1]];
  throw new LocalStackError(`${intrinsic} takes a list of two, not ${JSON.stringify(argument)}`);
}

function lookUp(values: ReadonlyMap<string, string>, name: string): string {
  const value = values.get(name);
  if (value !== undefined) return value;
  throw new LocalStackError(`the template refers to ${name}, which has no local counterpart`);
}
