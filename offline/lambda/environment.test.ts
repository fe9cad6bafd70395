import { expect, it } from '@jest/globals';
import { localCredentials, scrubAwsSettings } from './environment.ts';

it('takes every AWS setting of the developer away and nothing else', () => {
  const env = { AWS_PROFILE: 'company', AWS_SESSION_TOKEN: 'x', AWS_ENDPOINT_URL_S3: 'y', PATH: '/bin' };
  scrubAwsSettings(env);
  expect(env).toEqual({ PATH: '/bin' });
});

it('points every SDK at the local endpoint, with no file of the developer', () => {
  expect(localCredentials('http://127.0.0.1:4566', 'eu-west-1')).toEqual({
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
});
