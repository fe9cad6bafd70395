import { globSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { messageOf } from '../offline/errors.ts';
import { readYaml } from './cloudformation-yaml.ts';
import { PythonUnavailable } from './python.ts';
import { installLint, lintFindings } from './template/cfn-lint.ts';
import { findingsIn } from './template/check.ts';
import { templateCompiler } from './template/compile.ts';
import { type Found, judge, unusedSuppressions } from './template/found.ts';
import { PARAMETER_SETS, type ParameterSet } from './template/parameter-sets.ts';
import { type Checked, findingCount, findingLines, report } from './template/report.ts';
import { rules } from './template/rules/index.ts';
import { SUPPRESSIONS } from './template/suppressions.ts';
import type { Template } from './template/template.ts';

const USAGE = `npm run check:template [-- --stage STAGE] [-- --rules]

Compiles the templates that are deployed and checks them by our own rules, by cdk-nag and by cfn-lint, and those of
infra/, which people deploy, by cfn-lint. Ends with 1 when something is found that tools/template/suppressions.ts, or
.cfnlintrc, gives no reason for. Where Python cannot install cfn-lint it is left out; that is a failure when
REQUIRE_CFN_LINT is set.

  --stage STAGE  only the templates of this stage; then no suppression is called unused
  --rules        lists our own rules, why they are there and where they are from
  --help         shows this text`;

async function checkTemplates(stage: string | undefined): Promise<boolean> {
  const sets = PARAMETER_SETS.filter((one) => stage === undefined || one.stage === stage);
  if (sets.length === 0) throw new Error(`No template of the stage ${stage} is checked.`);
  const linter = await installLint().catch((error: unknown) => {
    if (!(error instanceof PythonUnavailable) || process.env.REQUIRE_CFN_LINT) throw error;
    console.log(`cfn-lint cannot be installed: ${error.message}\n`);
  });

  const all: Found[] = [];
  const checked: Checked[] = [];
  const check = async (set: ParameterSet, template: Template) => {
    const linting = linter === undefined ? undefined : lintFindings(linter, template);
    const found = { ...findingsIn(template, set.protectsData), 'cfn-lint': await linting };
    all.push(...Object.values(found).flatMap((findings) => findings ?? []));
    const tools = Object.fromEntries(
      Object.entries(found).map(([tool, findings]) => [tool, findings && judge(findings, SUPPRESSIONS)]),
    );
    const one = { title: set.title, resources: Object.keys(template.Resources).length, tools };
    checked.push(one);
    console.log(`${report(one)}\n`);
  };

  const compiler = templateCompiler();
  try {
    let checking = Promise.resolve();
    for (const set of sets) {
      // The last template is linted while this one is compiled.
      const [template] = await Promise.all([compiler.compile(set.stage, set.parameters), checking]);
      checking = check(set, template);
    }
    await checking;
  } finally {
    compiler.dispose();
  }

  for (const title of stage === undefined ? globSync('infra/*.yml').sort() : []) {
    if (linter === undefined) break;
    const template = readYaml(title) as Template;
    const found = await lintFindings(linter, template);
    all.push(...found);
    const one = {
      title,
      resources: Object.keys(template.Resources).length,
      tools: { 'cfn-lint': judge(found, SUPPRESSIONS) },
    };
    checked.push(one);
    console.log(`${report(one)}\n`);
  }

  const unused = stage === undefined ? unusedSuppressions(all, SUPPRESSIONS) : [];
  for (const line of findingLines(unused)) console.log(line);
  const count = findingCount(checked) + unused.length;
  console.log(`Template checks: ${count} findings without a reason`);
  return count === 0;
}

try {
  const { values } = parseArgs({
    options: { stage: { type: 'string' }, rules: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) console.log(USAGE);
  else if (values.rules) for (const { id, why, source } of rules) console.log(`${id}: ${why}\n  ${source}`);
  else if (!(await checkTemplates(values.stage))) process.exitCode = 1;
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
