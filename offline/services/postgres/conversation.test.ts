import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { converse, type Session, Turns } from './conversation.ts';
import type { Client } from './messages.ts';

/** A message as its letter, its length and a text; one with a number instead of the letter opens a connection. */
function message(kind: string | number, content = ''): Buffer {
  const body = Buffer.from(content);
  const length = Buffer.alloc(4);
  if (typeof kind === 'string') {
    length.writeInt32BE(4 + body.length);
    return Buffer.concat([Buffer.from(kind), length, body]);
  }
  const number = Buffer.alloc(4);
  number.writeInt32BE(kind);
  length.writeInt32BE(8 + body.length);
  return Buffer.concat([length, number, body]);
}

const START = message(196_608, 'user\0shop\0\0');
const ENCRYPT = message(80_877_103);

/** Notes what reaches the database. `begin` and `commit` are what opens and ends a transaction. */
function fakeSession() {
  const heard: string[] = [];
  let isInTransaction = false;
  const session: Session = {
    isInTransaction: () => isInTransaction,
    async execProtocolRaw(bytes) {
      const [kind = 0] = bytes;
      const text = Buffer.from(bytes.subarray(5)).toString().replaceAll('\0', '');
      heard.push(kind === 0 ? 'start' : `${String.fromCharCode(kind)}${text}`);
      if (text.includes('begin')) isInTransaction = true;
      if (/commit|ROLLBACK/.test(text)) isInTransaction = false;
      await Promise.resolve();
      return Buffer.from(`<${text}>`);
    },
  };
  return { heard, session };
}

/** A connection: what is written into `sent` comes from the client. */
function fakeClient() {
  const sent = new PassThrough();
  const answers: string[] = [];
  const client: Client = {
    write(data: string | Uint8Array) {
      answers.push(Buffer.from(data).toString());
      return true;
    },
    [Symbol.asyncIterator]: () => sent[Symbol.asyncIterator](),
  };
  return { client, sent, answers };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function two() {
  const { heard, session } = fakeSession();
  const turns = new Turns();
  const [one, other] = [fakeClient(), fakeClient()];
  const served = [one, other].map(({ client }) => converse(client, session, turns));
  return { heard, one, other, served };
}

async function twoOpen() {
  const both = two();
  for (const { sent } of [both.one, both.other]) sent.write(START);
  await settled();
  for (const list of [both.heard, both.one.answers, both.other.answers]) list.length = 0;
  return both;
}

describe('two connections to one session', () => {
  it('are heard one after the other where their queries come in pieces', async () => {
    const { heard, one, other } = await twoOpen();
    one.sent.write(message('P', 'one'));
    await settled();
    other.sent.write(Buffer.concat([message('P', 'other'), message('S')]));
    await settled();
    one.sent.write(message('B', 'one'));
    await settled();
    expect(heard).toEqual(['Pone', 'Bone']);
    one.sent.write(message('S'));
    await settled();
    expect(heard).toEqual(['Pone', 'Bone', 'S', 'Pother', 'S']);
    expect(other.answers).toEqual(['<other>', '<>']);
  });

  it('do not see into each other in a transaction', async () => {
    const { heard, one, other } = await twoOpen();
    one.sent.write(message('Q', 'begin'));
    await settled();
    other.sent.write(message('Q', 'other'));
    await settled();
    one.sent.write(message('Q', 'commit'));
    await settled();
    expect(heard).toEqual(['Qbegin', 'Qcommit', 'Qother']);
  });

  it('go on when one is gone in the midst of a transaction, which is rolled back', async () => {
    const { heard, one, other, served } = await twoOpen();
    one.sent.write(Buffer.concat([message('Q', 'begin'), message('P', 'half')]));
    await settled();
    other.sent.write(message('Q', 'other'));
    one.sent.destroy(new Error('reset'));
    await expect(served[0]).rejects.toThrow('reset');
    await settled();
    expect(heard).toEqual(['Qbegin', 'Phalf', 'S', 'QROLLBACK', 'Qother']);
  });
});

describe('a connection', () => {
  it('is told that there is no encryption, before it begins', async () => {
    const { heard, one } = two();
    one.sent.write(ENCRYPT);
    await settled();
    one.sent.write(START);
    await settled();
    expect(one.answers[0]).toBe('N');
    expect(heard).toEqual(['start']);
  });

  it('is understood however its bytes are cut', async () => {
    const { heard, one } = two();
    for (const byte of Buffer.concat([ENCRYPT, START, message('Q', 'whole')]))
      one.sent.write(Buffer.of(byte));
    await settled();
    expect(heard).toEqual(['start', 'Qwhole']);
  });

  it('ends without a word to the session when it says goodbye or asks to cancel', async () => {
    const { heard, one, other, served } = two();
    one.sent.write(Buffer.concat([START, message('X')]));
    other.sent.write(message(80_877_102, 'whose key'));
    await Promise.all(served);
    expect(heard).toEqual(['start']);
  });

  it('ends when a message claims to be longer than 64 MB', async () => {
    const { one, served } = two();
    const endless = message('Q');
    endless.writeInt32BE(64 * 1024 * 1024, 1);
    one.sent.write(Buffer.concat([START, endless]));
    await expect(served[0]).rejects.toThrow('A message of 67108865 bytes.');
  });
});
