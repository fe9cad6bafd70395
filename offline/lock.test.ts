import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from '@jest/globals';
import { lockFolder } from './lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'locked-'));
afterAll(() => rmSync(folder, { recursive: true }));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a data folder', () => {
  it('is held although nobody keeps what lets go of it, and free once let go', () => {
    let release: (() => void) | undefined = lockFolder(folder);
    const second = () => lockFolder(folder);
    expect(second).toThrow(`The data folder ${folder} cannot be used: it is in use by another local cloud.`);
    release();
    release = undefined;

    lockFolder(folder);
    for (let round = 0; round < 3; round++) collectGarbage();
    expect(second).toThrow('it is in use by another local cloud');
  });
});
