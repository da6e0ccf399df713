import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { PYTHON_TOOLS } from '../tools/tools.ts';
import { ACKNOWLEDGED } from './acknowledged.ts';
import { type Finding, LINTERS } from './linters.ts';
import { VARIANTS } from './variants.ts';

/** An open bucket, and a queue with a property that does not exist. */
const CARELESS = {
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { Speed: 'high' } },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { AccessControl: 'PublicRead' } },
  },
};

describeWith([PYTHON_TOOLS], 'the linters of templates', () => {
  const templates = new Map<string, string>();
  const findings = new Map<string, readonly Finding[]>();
  let directory: string;
  let careless: string;
  beforeAll(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'lighthouse-templates-')));
    careless = join(directory, 'careless.template.json');
    await writeFile(careless, JSON.stringify(CARELESS));
    for (const [index, { title, write }] of VARIANTS.entries()) {
      templates.set(title, await write(join(directory, String(index))));
    }
    const all = [careless, ...templates.values()];
    const runs = Object.entries(LINTERS).map(async ([name, lint]) => {
      findings.set(name, await lint(all));
    });
    await Promise.all(runs);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const findingsIn = (linter: string, template: string | undefined) =>
    (findings.get(linter) ?? []).filter((found) => found.template === template);

  describe.each(Object.keys(LINTERS))('%s', (linter) => {
    it.each(VARIANTS)('finds nothing new in the stack: $title', ({ title }) => {
      const found = findingsIn(linter, templates.get(title));
      expect(found.filter((one) => !ACKNOWLEDGED.some((each) => isSame(each, one)))).toEqual([]);
    });
  });

  it('find all that is acknowledged', () => {
    const found = Object.keys(LINTERS).flatMap((linter) =>
      [...templates.values()].flatMap((template) => findingsIn(linter, template)),
    );
    const gone = ACKNOWLEDGED.filter((each) => !found.some((one) => isSame(each, one)));
    expect(gone, 'no longer found, delete the entry').toEqual([]);
  });

  it('find what is wrong with a careless template', () => {
    expect(findingsIn('cfn-lint', careless).map(({ rule }) => rule)).toContain('E3002');
    expect(findingsIn('checkov', careless).map(({ rule }) => rule)).toContain('CKV_AWS_20');
  });
});

type Kind = Pick<Finding, 'rule' | 'resourceType'>;

function isSame(one: Kind, other: Kind): boolean {
  return one.rule === other.rule && one.resourceType === other.resourceType;
}
