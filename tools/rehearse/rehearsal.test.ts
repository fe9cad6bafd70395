import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { complaintOf } from './framework.ts';
import { outcome, startProofs } from './rehearsal.ts';
import { report } from './report.ts';

const { signal } = new AbortController();

function proofsWith(clock: number[]) {
  const lines: string[] = [];
  const print = (line: string) => lines.push(stripVTControlCharacters(line));
  const proofs = startProofs(print, () => clock.shift() ?? 0, signal);
  return { proofs, lines };
}

describe('a proof', () => {
  it('is printed with its time and what was seen when it holds', async () => {
    const { proofs, lines } = proofsWith([1_000, 3_500]);
    expect(await proofs.prove('it deploys', async () => '3 resources')).toBe(true);
    expect(lines).toEqual(['proven    2.5 s  it deploys: 3 resources']);
  });

  it('is kept as failed with its reason when it throws, and lets the next one run', async () => {
    const { proofs, lines } = proofsWith([0, 0, 0, 0]);
    expect(await proofs.prove('it answers', async () => Promise.reject(new Error('404')))).toBe(false);
    expect(await proofs.prove('it ends', async () => undefined)).toBe(true);
    expect(lines).toEqual(['FAILED    0.0 s  it answers: 404', 'proven    0.0 s  it ends']);
    expect(proofs.all.map(({ held }) => held)).toEqual([false, true]);
  });

  it('is neither held nor failed when the rehearsal was stopped meanwhile', async () => {
    const stop = new AbortController();
    const proofs = startProofs(
      () => undefined,
      () => 0,
      stop.signal,
    );
    const stopped = proofs.prove('it deploys', async () => {
      stop.abort();
      throw new Error('the command was ended');
    });
    await expect(stopped).rejects.toThrow('aborted');
    expect(proofs.all).toEqual([]);
  });
});

describe('an outcome', () => {
  it('is looked for until it is there', async () => {
    const answers = ['PENDING', 'PAID', 'COMPLETE'].values();
    const seen = await outcome('COMPLETE', signal, async () => {
      const { value = '' } = answers.next();
      return { seen: value, done: value === 'COMPLETE' };
    });
    expect(seen).toBe('COMPLETE');
  });
});

describe('the report', () => {
  it('counts and names what was proven, what failed and what is not held', () => {
    const text = report(
      [
        { claim: 'it deploys', milliseconds: 1, detail: '', held: true },
        { claim: 'it answers', milliseconds: 1, detail: '404', held: false },
      ],
      [
        { key: 'read', by: 'GET /things' },
        { key: 'sweepAll', by: 'directly' },
      ],
      [{ claim: 'TLS', reason: 'there is none', instead: 'nothing' }],
    );
    expect(text.split('\n').filter(Boolean)).toEqual([
      'How each function was invoked',
      '  read      GET /things',
      '  sweepAll  directly',
      'Not held by this rehearsal',
      '  TLS: there is none. Instead: nothing.',
      'Proven',
      '  it deploys',
      'Failed',
      '  it answers: 404',
      '1 proven, 1 failed, 1 not held',
    ]);
  });
});

describe('a command that failed', () => {
  it('complains with the lines after "Error:"', () => {
    const output =
      'Deploying\n\nError:\nUPDATE_FAILED: Domain\nIt exists.\n\nView the full error: https://x\n';
    expect(complaintOf(output)).toBe('UPDATE_FAILED: Domain It exists. ');
  });

  it('complains with its last lines when it names no error', () => {
    expect(complaintOf('1\n2\n3\n4\n5\n6\n')).toBe('2 3 4 5 6');
  });
});
