import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runbookOf } from './template/rules/alarms.ts';
import { ofType, type Properties, type Template } from './template/template.ts';

const ROOT = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const application = require('../shared/serverless/application.cjs');
const { releaseAlarm } = require('../shared/serverless/api-functions.cjs');

/** The alarms of all services, whatever stage has them, sorted by the names of their runbooks. */
const alarms = [
  ...ofType(application.resources() as Template, 'AWS::CloudWatch::Alarm').map(
    ({ properties }) => properties,
  ),
  releaseAlarm('docs/runbooks', {}).Properties as Properties,
]
  .map(({ AlarmName, AlarmDescription }) => ({
    runbook: runbookOf(AlarmDescription) ?? '',
    name: AlarmName,
    meaning: String(AlarmDescription).replace(/; see .*$/, ''),
  }))
  .sort((a, b) => (a.runbook < b.runbook ? -1 : 1));
const runbooks = readdirSync(join(ROOT, 'docs/runbooks')).sort();

describe('the runbooks', () => {
  it('are one for each alarm, and no more', () => {
    expect(runbooks).toEqual(alarms.map(({ runbook }) => runbook));
  });

  it('have the names of their alarms', () => {
    const named = alarms.filter(({ name }) => typeof name === 'string');
    expect(named.length).toBeGreaterThan(30);
    expect(named.map(({ name }) => name)).toEqual(
      named.map(({ runbook }) => `shop-${runbook.replace('.md', '')}-\${sls:stage}`),
    );
  });

  it.each(runbooks)(
    '%s says what the alarm means, where to look, what to do, and when it is over',
    (file) => {
      const text = readFileSync(join(ROOT, 'docs/runbooks', file), 'utf8');
      expect(text.match(/^#.*$/gm)).toEqual([
        `# ${file.replace('.md', '')}`,
        '## Meaning',
        '## First look',
        '## Fix',
        '## Afterwards',
      ]);
      expect(/## First look\n[\s\S]*?```sh\n(?:aws|npm run) /.test(text)).toBe(true);
    },
  );

  it('are listed in docs/observability.md with what their alarms mean', () => {
    const page = readFileSync(join(ROOT, 'docs/observability.md'), 'utf8');
    const rows = [...page.matchAll(/^\| \[[a-z-]+\]\(runbooks\/(\S+)\) \| (.*) \|$/gm)];
    expect(rows.map(([, file, meaning]) => [file, meaning])).toEqual(
      alarms.map(({ runbook, meaning }) => [runbook, meaning]),
    );
  });
});
