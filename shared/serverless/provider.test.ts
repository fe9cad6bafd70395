import { describe, expect, it } from '@jest/globals';
import provider from './provider.cjs';
import retention from './retention.cjs';

const context = (params: Readonly<Record<string, string | boolean>>, stage?: string) => ({
  options: { ...(stage !== undefined && { stage }) },
  resolveVariable: async (variable: string) => params[variable.replace('param:', '')] ?? '',
});
const httpApi = (params: Readonly<Record<string, string>>) => provider.httpApi(context(params));

describe('the provider', () => {
  it('is known to the framework before any parameter is', () => {
    expect(provider.provider(context({}))).toMatchObject({
      name: 'aws',
      runtime: 'nodejs24.x',
      architecture: 'arm64',
      region: "${opt:region, 'eu-west-1'}",
      logRetentionInDays: '${param:logRetentionInDays}',
      httpApi: '${file(shared/serverless/provider.cjs):httpApi}',
      iam: '${file(shared/serverless/provider.cjs):iam}',
    });
  });

  it.each(['my_stage', 'a b', 'dév'])('refuses the stage %s, which osls cannot put into names', (stage) => {
    expect(() => provider.provider(context({}, stage))).toThrow(
      `Cannot resolve variable at "stage": "${stage}" is not allowed; it may be dev, staging, prod, rehearsal`,
    );
  });
});

describe('the HTTP API', () => {
  it('takes tokens of the user pool when no issuer is given', async () => {
    expect((await httpApi({ allowedOrigins: '*', tokenAudience: 'shop' })).authorizers.shopJwt).toEqual({
      type: 'jwt',
      identitySource: '$request.header.Authorization',
      issuerUrl: { 'Fn::ImportValue': 'shop-${sls:stage}-issuer-url' },
      audience: [{ 'Fn::ImportValue': 'shop-${sls:stage}-token-audience' }],
    });
  });

  it('takes tokens of the issuer that is given, for the audience that is given', async () => {
    expect(
      (await httpApi({ issuerUrl: 'https://idp.example.com', tokenAudience: 'web' })).authorizers.shopJwt,
    ).toMatchObject({ issuerUrl: 'https://idp.example.com', audience: ['web'] });
  });

  it('is open to the given origins, and never to cookies', async () => {
    const { cors } = await httpApi({ allowedOrigins: 'https://a.example, https://b.example' });
    expect(cors.allowedOrigins).toEqual(['https://a.example', 'https://b.example']);
    expect(cors).not.toHaveProperty('allowCredentials');
  });
});

describe('roles of the deployment', () => {
  it('are those of who deploys when none are given', async () => {
    expect(await provider.iam(context({}))).toEqual({});
  });

  it('are the ones that are given', async () => {
    const given = {
      deploymentRoleArn: 'arn:aws:iam::123456789012:role/deployment',
      permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary',
    };
    expect(await provider.iam(context(given))).toEqual({
      deploymentRole: 'arn:aws:iam::123456789012:role/deployment',
      role: { permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary' },
    });
  });
});

describe('data', () => {
  it.each([true, 'true'])('is kept when protectData is %p', async (protectData) => {
    expect(await retention(context({ protectData }))).toEqual({
      protect: true,
      policy: 'Retain',
      userPoolProtection: 'ACTIVE',
    });
  });

  it.each([false, 'false'])('goes with the stack when protectData is %p', async (protectData) => {
    expect(await retention(context({ protectData }))).toEqual({
      protect: false,
      policy: 'Delete',
      userPoolProtection: 'INACTIVE',
    });
  });
});
