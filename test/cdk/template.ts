import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { LighthouseStack, type LighthouseStackProps } from '../../cdk/lighthouse-stack.ts';
import type { LighthouseSettingsInput } from '../../cdk/settings-schema.ts';

/** The parts of a template's resource that the tests look at. */
export interface TemplateResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties are JSON of many shapes
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

const ACCOUNT = '123456789012';

/** Every setting that adds or changes resources, at once. */
export const EVERYTHING = {
  stackName: 'Proxies-Prod',
  network: {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    securityGroupIds: ['sg-0123456789abcdef0'],
  },
  kmsKeyArn: `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1b0b8a52-7a8e-4f4e-9a53-0f3a6d2f4f10`,
  permissionsBoundaryArn: `arn:aws:iam::${ACCOUNT}:policy/workloads/boundary`,
  tags: { team: 'scraping', 'cost-centre': 4711 },
  tracing: true,
  architecture: 'x86_64',
  logFormat: 'json',
  logLevel: 'DEBUG',
} as const satisfies LighthouseSettingsInput;

/** The stack's template, with code that needs no bundling. */
export function templateOf(
  settings: LighthouseSettingsInput = {},
  props: Omit<LighthouseStackProps, 'settings'> = {},
): Template {
  const app = new App({ analyticsReporting: false });
  const codeOf = () => Code.fromInline('// test');
  const stack = new LighthouseStack(app, 'Lighthouse', { settings, codeOf, ...props });
  return Template.fromStack(stack);
}

/** The resources of one type by logical id. */
export function resourcesOf(template: Template, type: string): Record<string, TemplateResource> {
  return template.findResources(type) as Record<string, TemplateResource>;
}
