import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { Found } from './found.ts';
import type { Template } from './template.ts';

/** What the packs AwsSolutions and Serverless of cdk-nag find; what they say of one finding follows its rule. */
export function nagFindings(template: Template): Found[] {
  const folder = mkdtempSync(join(tmpdir(), 'shop-nag-'));
  try {
    const templateFile = join(folder, 'template.json');
    writeFileSync(templateFile, JSON.stringify(template));
    const app = new App({ analyticsReporting: false, outdir: join(folder, 'out') });
    const stack = new Stack(app, 'Stack');
    new CfnInclude(stack, 'Template', { templateFile });
    return [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap((pack) =>
      pack.validateScope(stack).violations.flatMap(({ ruleName, description, violatingResources }) => {
        const [, rule = ruleName, detail = ''] = /^([^[]+)\[(.*)\]$/s.exec(ruleName) ?? [];
        return violatingResources.map(({ constructPath = '' }) => ({
          rule,
          resource: basename(constructPath),
          says: detail || description,
        }));
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
