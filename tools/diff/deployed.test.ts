import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { aws, type Cloud, deployed } from './deployed.ts';

const template = {
  Resources: {
    Packages: { Type: 'AWS::S3::Bucket' },
    Get: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: { S3Bucket: { Ref: 'Packages' }, S3Key: 'then/get.zip' } },
    },
    Put: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: { S3Bucket: 'another-bucket', S3Key: 'then/put.zip' } },
    },
  },
};
const cloud = (text: string | undefined): Cloud => ({
  templateOf: async (stack) => (stack === 'shop-prod' ? text : undefined),
  physicalId: async (stack, logicalId) => `${stack}-${logicalId}-1abc`,
  packageHash: async (bucket, key) => (key === 'then/put.zip' ? undefined : `hash of ${bucket}/${key}`),
});

describe('a deployed stack', () => {
  it('is its template and the hashes of the packages that are still there', async () => {
    expect(await deployed(cloud(JSON.stringify(template)), 'shop-prod')).toEqual({
      template,
      codeHashes: new Map([['then/get.zip', 'hash of shop-prod-Packages-1abc/then/get.zip']]),
    });
  });

  it('is empty when there is none', async () => {
    const { template: none } = await deployed(cloud(undefined), 'shop-prod');
    expect(none).toEqual({ Resources: {} });
  });
});

describe('CloudFormation', () => {
  let server: Server | undefined;
  const environment = { ...process.env };
  afterEach(async () => {
    process.env = { ...environment };
    await new Promise((resolve) => server?.close(resolve));
  });

  async function answering(status: number, xml: string): Promise<Cloud> {
    server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status, { 'content-type': 'text/xml' }).end(xml));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    return aws('eu-west-1');
  }
  const refusal = (code: string, message: string) =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

  it('says what the template is', async () => {
    const { templateOf } = await answering(
      200,
      '<GetTemplateResponse><GetTemplateResult><TemplateBody>{"Resources":{}}</TemplateBody></GetTemplateResult></GetTemplateResponse>',
    );
    expect(await templateOf('shop-prod')).toBe('{"Resources":{}}');
  });

  it('says that a stack is not there by an error that is none here', async () => {
    const { templateOf } = await answering(
      400,
      refusal('ValidationError', 'Stack with id shop-prod does not exist'),
    );
    expect(await templateOf('shop-prod')).toBeUndefined();
  });

  it('refuses in words that are passed on', async () => {
    const { templateOf } = await answering(403, refusal('AccessDenied', 'not authorized to GetTemplate'));
    await expect(templateOf('shop-prod')).rejects.toThrow('not authorized to GetTemplate');
  });
});
