import type { Finding } from './finding.ts';

/** What was found out about AWS. */
export interface AccountFacts {
  /** Where `sls deploy` goes. */
  readonly region: string;
  /** AWS_REGION or AWS_DEFAULT_REGION. */
  readonly regionOfEnvironment: string | undefined;
  /** AWS_ENDPOINT_URL. */
  readonly endpointOfEnvironment: string | undefined;
  /** What AWS says, or why it cannot be asked. */
  readonly answer: Answer | { readonly unreachable: string };
}

interface Answer {
  /** How far the clock is ahead of that of AWS; undefined when there was nothing to ask with. */
  readonly aheadSeconds: number | undefined;
  /** Whose the credentials are, or why there are none. */
  readonly identity: { readonly account: string; readonly arn: string } | { readonly problem: string };
}

/**
 * A request has to arrive within so much time of that of its signature, for most services.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
const MOST_SKEW_SECONDS = 300;

/** Whether AWS would take what `sls deploy` asks. */
export function accountFindings(facts: AccountFacts): Finding[] {
  const { region, regionOfEnvironment, endpointOfEnvironment, answer } = facts;
  if (endpointOfEnvironment !== undefined) {
    return [
      {
        check: 'endpoint',
        level: 'error',
        message: `AWS_ENDPOINT_URL is ${endpointOfEnvironment}: a deployment would go there, not to AWS.`,
        fix: 'unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY',
      },
    ];
  }
  const regions: Finding =
    regionOfEnvironment === undefined || regionOfEnvironment === region
      ? { check: 'region', level: 'ok', message: region }
      : {
          check: 'region',
          level: 'warning',
          message: `sls deploys to ${region}, and the AWS CLI asks ${regionOfEnvironment}.`,
          fix: `export AWS_REGION=${region}`,
        };
  if ('unreachable' in answer) {
    return [
      regions,
      {
        check: 'network',
        level: 'error',
        message: `AWS cannot be reached (${answer.unreachable}): this machine is offline, or behind a proxy or a firewall.`,
        fix: 'Connect it, or name the proxy in HTTPS_PROXY.',
      },
    ];
  }
  return [regions, ...clockFindings(answer.aheadSeconds), identityFinding(answer.identity)];
}

function clockFindings(aheadSeconds: number | undefined): Finding[] {
  if (aheadSeconds === undefined) return [];
  const check = 'clock';
  const skew = Math.abs(aheadSeconds);
  if (skew <= MOST_SKEW_SECONDS)
    return [{ check, level: 'ok', message: 'The clock agrees with that of AWS.' }];
  return [
    {
      check,
      level: 'error',
      message: `The clock is ${Math.round(skew / 60)} minutes ${aheadSeconds > 0 ? 'fast' : 'slow'}: AWS refuses what it signs.`,
      fix: 'Let the system set its clock by the network.',
    },
  ];
}

function identityFinding(identity: Answer['identity']): Finding {
  const check = 'credentials';
  if ('problem' in identity) {
    return {
      check,
      level: 'error',
      message: `There are no credentials that AWS takes (${identity.problem}).`,
      fix: 'aws configure sso, or export AWS_PROFILE=…',
    };
  }
  return { check, level: 'ok', message: `account ${identity.account}, ${identity.arn}` };
}
