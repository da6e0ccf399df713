import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { LighthouseStack } from '../../cdk/lighthouse-stack.ts';
import type { LighthouseSettingsInput } from '../../cdk/settings-schema.ts';

/** The parts of a template's resource that the tests look at. */
export interface TemplateResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: properties are JSON of many shapes
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** The stack's template, with code that needs no bundling. */
export function templateOf(settings: LighthouseSettingsInput = {}): Template {
  const app = new App({ analyticsReporting: false });
  const stack = new LighthouseStack(app, 'Lighthouse', {
    settings,
    codeOf: () => Code.fromInline('// test'),
  });
  return Template.fromStack(stack);
}

/** The resources of one type by logical id. */
export function resourcesOf(template: Template, type: string): Record<string, TemplateResource> {
  return template.findResources(type) as Record<string, TemplateResource>;
}
