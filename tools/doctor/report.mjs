import * as util from 'node:util';

/** @typedef {import('./finding.ts').Finding} Finding */

const COLOURS = /** @type {const} */ ({ ok: 'green', warning: 'yellow', error: 'red' });

/**
 * The findings for people, one a line, with what to do below; colours only on a terminal.
 *
 * @param {readonly Finding[]} findings
 */
export function asText(findings) {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, level, message, fix }) => [
    `${coloured(level)} ${check.padEnd(width)}  ${message}`,
    ...(fix === undefined ? [] : [`${' '.repeat(8 + width)}  → ${fix}`]),
  ]);
  return [...lines, '', total(findings)].join('\n');
}

/**
 * The findings for a bug report or a program.
 *
 * @param {readonly Finding[]} findings
 */
export function asJson(findings) {
  return JSON.stringify(
    { isWell: isWell(findings), platform: `${process.platform} ${process.arch}`, findings },
    undefined,
    2,
  );
}

/**
 * Whether nothing is wrong; warnings may be there.
 *
 * @param {readonly Finding[]} findings
 */
export function isWell(findings) {
  return findings.every(({ level }) => level !== 'error');
}

/** @param {Finding['level']} level */
function coloured(level) {
  const text = level.padEnd(7);
  // Node 20 has it since 20.12, and asks the stream since 20.18.
  return process.stdout.isTTY && util.styleText ? util.styleText(COLOURS[level], text) : text;
}

/** @param {readonly Finding[]} findings */
function total(findings) {
  const [errors, warnings] = ['error', 'warning'].map(
    (wanted) => findings.filter(({ level }) => level === wanted).length,
  );
  if (errors === 0 && warnings === 0) return 'Nothing is wrong.';
  return `${counted(errors, 'error')}, ${counted(warnings, 'warning')}.`;
}

/**
 * @param {number | undefined} count
 * @param {string} noun
 */
const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
