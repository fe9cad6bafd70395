import { at, idOf, listAt, type NamedResource, spell, type Template } from '../template.ts';
import { each, type Rule, unless } from './rule.ts';

/** Policies that speak TLS 1.2 and later alone. */
const MODERN_TLS = /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)/;

/** The longest that Fargate waits before it kills; seconds. */
const LONGEST_STOP = 120;

const attributeOf = (properties: unknown, key: string) =>
  at(
    listAt(properties, 'LoadBalancerAttributes').find((attribute) => at(attribute, 'Key') === key),
    'Value',
  );

function listenerFaults({ properties }: NamedResource, { Resources }: Template): string[] {
  if (properties.Protocol === 'HTTPS') {
    return unless(MODERN_TLS.test(String(properties.SslPolicy)), 'speaks TLS older than 1.2');
  }
  const balancer = Resources[idOf(properties.LoadBalancerArn) ?? '']?.Properties;
  const redirects = listAt(properties, 'DefaultActions').every((action) => at(action, 'Type') === 'redirect');
  return unless(balancer?.Scheme === 'internal' || redirects, 'answers the internet without TLS');
}

function containerFaults(container: unknown): string[] {
  const name = at(container, 'Name');
  return [
    ...unless(at(container, 'ReadonlyRootFilesystem') === true, `${name} may write to its root`),
    ...unless(
      /^[1-9]\d*(:\d+)?$/.test(String(at(container, 'User'))),
      `${name} has no user by number but root`,
    ),
    ...unless(at(container, 'Privileged') !== true, `${name} is privileged`),
    ...unless(Number(at(container, 'StopTimeout') ?? 30) <= LONGEST_STOP, `${name} stops too slowly`),
  ];
}

export const containerRules: readonly Rule[] = [
  {
    id: 'load-balancer',
    why: 'requests that nothing logs cannot be traced; malformed headers smuggle second requests',
    source:
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html',
    check: each(['AWS::ElasticLoadBalancingV2::LoadBalancer'], ({ properties }) => [
      ...unless(String(attributeOf(properties, 'access_logs.s3.enabled')) === 'true', 'has no access log'),
      ...unless(
        String(attributeOf(properties, 'routing.http.drop_invalid_header_fields.enabled')) === 'true',
        'lets malformed headers through',
      ),
    ]),
  },
  {
    id: 'listener',
    why: 'whatever travels without TLS, or under a broken one, can be read and changed',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html',
    check: each(['AWS::ElasticLoadBalancingV2::Listener'], (listener, { template }) =>
      listenerFaults(listener, template),
    ),
  },
  {
    id: 'container',
    why: 'whoever breaks into the program should find nothing to write to and nothing to become',
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html',
    check: each(['AWS::ECS::TaskDefinition'], ({ properties }) =>
      listAt(properties, 'ContainerDefinitions').flatMap(containerFaults),
    ),
  },
  {
    id: 'container-service',
    why: 'a bad release replaces all tasks, Spot takes all at once, and a shell or an address lets others in',
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html',
    check: each(['AWS::ECS::Service'], ({ properties }) => {
      const breaker = at(properties, 'DeploymentConfiguration', 'DeploymentCircuitBreaker');
      const network = at(properties, 'NetworkConfiguration', 'AwsvpcConfiguration');
      const lasting = listAt(properties, 'CapacityProviderStrategy').filter(
        (provider) =>
          at(provider, 'CapacityProvider') === 'FARGATE' && Number(at(provider, 'Base') ?? 0) >= 1,
      );
      return [
        ...unless(
          at(breaker, 'Enable') === true && at(breaker, 'Rollback') === true,
          'does not roll a bad release back',
        ),
        ...unless(at(network, 'AssignPublicIp') !== 'ENABLED', 'gives its tasks public addresses'),
        ...unless(properties.EnableExecuteCommand !== true, 'lets a shell into its tasks'),
        ...unless(lasting.length > 0, 'keeps no task off Spot'),
      ];
    }),
  },
  {
    id: 'file-system',
    why: 'files lie readable on disks, and an accident takes them for good',
    source: 'https://docs.aws.amazon.com/efs/latest/ug/encryption.html',
    check: each(['AWS::EFS::FileSystem'], ({ properties }) => [
      ...unless(properties.Encrypted === true, 'is not encrypted'),
      ...unless(at(properties, 'BackupPolicy', 'Status') === 'ENABLED', 'is not backed up'),
    ]),
  },
  {
    id: 'volume',
    why: 'a mount without them travels readable, and reaches every file as whoever it likes',
    source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html',
    check: each(['AWS::ECS::TaskDefinition'], ({ properties }) =>
      listAt(properties, 'Volumes').flatMap((volume) => {
        const files = at(volume, 'EFSVolumeConfiguration');
        if (files === undefined) return [];
        const name = at(volume, 'Name');
        const access = at(files, 'AuthorizationConfig');
        return [
          ...unless(at(files, 'TransitEncryption') === 'ENABLED', `${name} travels without TLS`),
          ...unless(at(access, 'AccessPointId') !== undefined, `${name} has no access point`),
          ...unless(at(access, 'IAM') === 'ENABLED', `${name} does not ask IAM`),
        ];
      }),
    ),
  },
  {
    id: 'database',
    why: 'a database is read from its disk, its network or its password, and lost by one click',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_BestPractices.Security.html',
    check: each(['AWS::RDS::DBInstance'], ({ properties }, { protectsData }) => [
      ...unless(properties.StorageEncrypted === true, 'is not encrypted'),
      ...unless(properties.PubliclyAccessible === false, 'is reached from the internet'),
      ...unless(properties.ManageMasterUserPassword === true, 'has a password that nobody changes'),
      ...unless(
        !protectsData || Number(properties.BackupRetentionPeriod ?? 1) >= 7,
        'keeps backups for less than 7 days',
      ),
      ...unless(
        (properties.DeletionProtection === true) === protectsData,
        `${protectsData ? 'does not have' : 'has'} deletion protection`,
      ),
    ]),
  },
  {
    id: 'open-port',
    why: 'a security group that names addresses trusts whoever gets one of them',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html',
    check: each(['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress'], ({ properties, resource }) => {
      const isAlone = resource.Type === 'AWS::EC2::SecurityGroupIngress';
      const ingress = isAlone ? [properties] : listAt(properties, 'SecurityGroupIngress');
      return ingress
        .filter((rule) => at(rule, 'SourceSecurityGroupId') === undefined)
        .map((rule) => `lets ${spell(at(rule, 'CidrIp') ?? 'others')} in at port ${at(rule, 'FromPort')}`);
    }),
  },
];
