import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  paginateDescribeImageScanFindings,
  waitUntilImageScanComplete,
} from '@aws-sdk/client-ecr';

/** A scan takes a minute or two; one that takes longer has not begun. */
const LONGEST_SCAN_SECONDS = 600;

/** What a scan has found in an image. */
export interface Finding {
  readonly name: string;
  readonly severity: string;
}

/** The part of ECR that images are pushed to. */
export interface Registry {
  /** The URI of a repository. @throws Error with the way out when there is none, or nobody who may ask */
  readonly uriOf: (repository: string) => Promise<string>;
  /** undefined when no image has this tag. */
  readonly digestOf: (repository: string, tag: string) => Promise<string | undefined>;
  readonly credentials: () => Promise<{ user: string; password: string }>;
  /** Waits for the scan of an image that has been pushed. */
  readonly findingsIn: (repository: string, digest: string) => Promise<Finding[]>;
}

/** ECR by the credentials of the environment. */
export function ecr(region: string): Registry {
  const client = new ECRClient({ region });
  return {
    uriOf: async (repository) => {
      try {
        const { repositories } = await client.send(
          new DescribeRepositoriesCommand({ repositoryNames: [repository] }),
        );
        return repositories?.[0]?.repositoryUri ?? '';
      } catch (error) {
        throw new Error(problemOf(error, repository, region), { cause: error });
      }
    },
    digestOf: async (repositoryName, imageTag) => {
      try {
        const { imageDetails } = await client.send(
          new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }),
        );
        return imageDetails?.[0]?.imageDigest;
      } catch (error) {
        if (error instanceof Error && error.name === 'ImageNotFoundException') return undefined;
        throw error;
      }
    },
    credentials: async () => {
      const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
      const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString();
      const [user = '', password = ''] = token.split(':');
      return { user, password };
    },
    findingsIn: async (repositoryName, imageDigest) => {
      const image = { repositoryName, imageId: { imageDigest } };
      await waitUntilImageScanComplete({ client, maxWaitTime: LONGEST_SCAN_SECONDS }, image);
      const findings: Finding[] = [];
      for await (const { imageScanFindings } of paginateDescribeImageScanFindings({ client }, image)) {
        for (const { name = '', severity = '' } of imageScanFindings?.findings ?? [])
          findings.push({ name, severity });
      }
      return findings;
    },
  };
}

function problemOf(error: unknown, repository: string, region: string): string {
  const { name, message } = error as Error;
  if (name === 'RepositoryNotFoundException')
    return `ECR in ${region} has no repository ${repository}: deploy infra/images.yml, as infra/README.md says.`;
  if (name === 'CredentialsProviderError')
    return 'There are no AWS credentials: sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID.';
  return `ECR in ${region} refuses: ${message}`;
}
