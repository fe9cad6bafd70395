import { describe, expect, it } from '@jest/globals';
import { startLocalCloud } from '../testing/local-cloud.ts';
import { fixtureApplication } from './fixture.ts';

describe('a local cloud for tests', () => {
  it('has what a serverless.yml declares, apart from any other', async () => {
    const { folder, remove } = fixtureApplication();
    const [one, other] = await Promise.all([
      startLocalCloud({ serviceDir: folder }),
      startLocalCloud({ serviceDir: folder }),
    ]);
    remove();
    expect(one.endpoint).not.toBe(other.endpoint);
    expect(one.resources).toEqual({
      Rows: 'rows-test',
      UserPool: 'eu-west-1_local',
      Client: 'fixture-client',
    });
    expect(one.env('echo')).toMatchObject({
      STAGE: 'test',
      TABLE: 'rows-test',
      TABLE_ARN: 'arn:aws:dynamodb:eu-west-1:000000000000:table/rows-test',
      AWS_ENDPOINT_URL: one.endpoint,
    });
    expect((await one.token({ sub: 'alice' })).split('.')).toHaveLength(3);
    await Promise.all([one.stop(), other.stop()]);
    await expect(fetch(one.endpoint)).rejects.toThrow();
  });
});
