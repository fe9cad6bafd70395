import { describe, expect, it } from '@jest/globals';
import type { Finding } from './finding.ts';
import { asJson, asText, isWell } from './report.mjs';

const WELL: Finding = { check: 'node', level: 'ok', message: 'Node 24.21.0' };
const WARNING: Finding = {
  check: 'memory',
  level: 'warning',
  message: '512 MB are free.',
  fix: 'End others.',
};
const ERROR: Finding = { check: 'ports', level: 'error', message: 'Port 3000 is taken.', fix: 'End it.' };

describe('the report', () => {
  it('has a line for each finding, what to do below it, and the number of both kinds', () => {
    expect(asText([WELL, WARNING, ERROR])).toBe(
      [
        'ok      node    Node 24.21.0',
        'warning memory  512 MB are free.',
        '                → End others.',
        'error   ports   Port 3000 is taken.',
        '                → End it.',
        '',
        '1 error, 1 warning.',
      ].join('\n'),
    );
  });

  it('says that nothing is wrong when nothing is', () => {
    expect(asText([WELL])).toBe('ok      node  Node 24.21.0\n\nNothing is wrong.');
  });

  it('is JSON for programs', () => {
    const { isWell, findings } = JSON.parse(asJson([WELL, ERROR]));
    expect({ isWell, findings }).toEqual({ isWell: false, findings: [WELL, ERROR] });
  });

  it('is bad with an error, and not with a warning', () => {
    expect(isWell([WELL, WARNING])).toBe(true);
    expect(isWell([WELL, ERROR])).toBe(false);
  });
});
