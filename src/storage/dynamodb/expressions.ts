/** A condition, or a part of one, with the attribute names and values it mentions. */
export interface Clause {
  readonly text: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Holds when every clause does. */
export function allOf(...clauses: readonly Clause[]): Clause {
  return join(clauses, ' AND ');
}

/** Holds when at least one clause does. */
export function anyOf(...clauses: readonly Clause[]): Clause {
  return join(clauses, ' OR ');
}

/** Returns the part of a command input that makes its write conditional. */
export function conditionInput(condition: Clause) {
  return { ConditionExpression: condition.text, ...placeholders(condition) };
}

/** A place in an item: an attribute, or the path through the maps below one. */
export type Path = string | readonly string[];

/** A change to one place that may depend on its current value. */
export interface Assignment {
  readonly path: Path;
  readonly value: unknown;
  /** `unlessSet` keeps an existing value; `increase` adds to an existing number. */
  readonly how: 'replace' | 'unlessSet' | 'increase';
}

/** The changes of one update. */
export interface Changes {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly assign?: readonly Assignment[];
  readonly remove?: readonly Path[];
  /** Numbers are added; sets are united. */
  readonly add?: Readonly<Record<string, unknown>>;
}

/** Returns the part of an `UpdateCommand` input that makes `changes` if `condition` holds. */
export function updateInput(changes: Changes, condition?: Clause) {
  const names: Record<string, string> = { ...condition?.names };
  const values: Record<string, unknown> = { ...condition?.values };
  const nameOf = (step: string) => {
    const name = `#u${Object.keys(names).length}`;
    names[name] = step;
    return name;
  };
  const placeholder = (path: Path) => [path].flat().map(nameOf).join('.');
  const bind = (value: unknown) => {
    const name = `:u${Object.keys(values).length}`;
    values[name] = value;
    return name;
  };
  const pairs = (of: Readonly<Record<string, unknown>> = {}, between: string) =>
    Object.entries(of)
      .filter(([, value]) => value !== undefined)
      .map(([attribute, value]) => `${placeholder(attribute)}${between}${bind(value)}`);
  const assignment = ({ path, value, how }: Assignment) => {
    const place = placeholder(path);
    const bound = bind(value);
    if (how === 'unlessSet') return `${place} = if_not_exists(${place}, ${bound})`;
    return how === 'increase' ? `${place} = ${place} + ${bound}` : `${place} = ${bound}`;
  };
  const sections = [
    ['SET', [...pairs(changes.set, ' = '), ...(changes.assign ?? []).map(assignment)]],
    ['REMOVE', (changes.remove ?? []).map(placeholder)],
    ['ADD', pairs(changes.add, ' ')],
  ] as const;
  return {
    UpdateExpression: sections
      .filter(([, parts]) => parts.length > 0)
      .map(([keyword, parts]) => `${keyword} ${parts.join(', ')}`)
      .join(' '),
    ...(condition && { ConditionExpression: condition.text }),
    ...placeholders({ names, values }),
  };
}

function placeholders({ names = {}, values = {} }: Omit<Clause, 'text'>) {
  return {
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

/** Matches joined clauses: only they need brackets, which make an embedded DynamoDB slow. */
const COMPOUND = / (?:AND|OR) /;

function join(clauses: readonly Clause[], operator: string): Clause {
  return {
    text: clauses.map(({ text }) => (COMPOUND.test(text) ? `(${text})` : text)).join(operator),
    names: Object.assign({}, ...clauses.map(({ names }) => names)),
    values: Object.assign({}, ...clauses.map(({ values }) => values)),
  };
}
