import { readdirSync, readFileSync } from 'node:fs';

/** The descendants of a process, according to the kernel; Linux only. */
export function descendantsOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Whether a process exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  return stateAndParent(pid)?.state !== undefined && stateAndParent(pid)?.state !== 'Z';
}

function parentOf(pid: number): number | undefined {
  return stateAndParent(pid)?.parent;
}

function stateAndParent(pid: number): { readonly state: string; readonly parent: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null;
  }
}
