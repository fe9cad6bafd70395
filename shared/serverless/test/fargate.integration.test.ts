import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { packageOf } from '../../../tools/template/compile.ts';
import { created } from './created.ts';
import { copyWithoutCode, removeRepositories } from './repository.ts';

/** Each run of the framework takes seconds. */
jest.setTimeout(120_000);

const IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/reports@sha256:${'0f'.repeat(32)}`;
const CERTIFICATE = 'arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f';

const VARIANTS = {
  off: { stage: 'prod', parameters: {} },
  internal: { stage: 'dev', parameters: { reportsImageUri: IMAGE } },
  public: { stage: 'prod', parameters: { reportsImageUri: IMAGE, certificateArn: CERTIFICATE } },
  endpoints: {
    stage: 'dev',
    parameters: {
      reportsImageUri: IMAGE,
      reportsEgress: 'endpoints',
      issuerUrl: 'https://idp.example.com',
    },
  },
};
type Variant = keyof typeof VARIANTS;
const WITH_IMAGE = ['internal', 'public', 'endpoints'] as const;

const stacks = {} as Record<Variant, ReturnType<typeof created>>;

beforeAll(async () => {
  const folder = join(copyWithoutCode(), 'services/reports');
  for (const [variant, { stage, parameters }] of Object.entries(VARIANTS)) {
    stacks[variant as Variant] = created((await packageOf(folder, stage, parameters)).template);
  }
});
afterAll(removeRepositories);

const propertiesOf = (variant: Variant, id: string) => stacks[variant].Resources[id]?.Properties ?? {};
const idsOf = (variant: Variant, type: string) =>
  Object.entries(stacks[variant].Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id]) => id)
    .sort();
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const groupOf = (id: string) => ({ 'Fn::GetAtt': [id, 'GroupId'] });

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}
const statementsOf = (variant: Variant, role: string) => {
  const { Policies } = propertiesOf(variant, role) as {
    Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  };
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};

describe('without an image', () => {
  it('nothing of the service is created or exported', () => {
    // The bucket for deployments is that of the framework.
    const own = Object.keys(stacks.off.Resources).filter(
      (id) => !id.startsWith('ServerlessDeploymentBucket'),
    );
    expect(own).toEqual([]);
    expect(Object.keys(stacks.off.Outputs)).toEqual(['ServerlessDeploymentBucketName']);
  });
});

describe.each(WITH_IMAGE)('with an image, %s', (variant) => {
  const isPublic = variant === 'public';
  const isProd = variant === 'public';

  it('exports what other services read the database by', () => {
    const { ServerlessDeploymentBucketName: _, ...outputs } = stacks[variant].Outputs;
    const stage = isProd ? 'prod' : 'dev';
    const names = Object.values(outputs).map(
      (output) => (output as { Export?: { Name: string } }).Export?.Name ?? 'not exported',
    );
    expect(names).toEqual(
      expect.arrayContaining([
        `shop-${stage}-reports-url`,
        `shop-${stage}-reports-database-host`,
        `shop-${stage}-reports-database-port`,
        `shop-${stage}-reports-database-secret-arn`,
        `shop-${stage}-reports-lambda-security-group`,
        `shop-${stage}-reports-private-subnet-a`,
        `shop-${stage}-reports-private-subnet-b`,
      ]),
    );
  });

  describe('the network', () => {
    it('has a public and a private subnet in each of two zones, and gives out no public address', () => {
      const subnets = idsOf(variant, 'AWS::EC2::Subnet').map((id) => {
        const { AvailabilityZone, MapPublicIpOnLaunch } = propertiesOf(variant, id);
        return [id, AvailabilityZone, MapPublicIpOnLaunch];
      });
      const zone = (index: number) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] });
      expect(subnets).toEqual([
        ['ReportsPrivateSubnetA', zone(0), false],
        ['ReportsPrivateSubnetB', zone(1), false],
        ['ReportsPublicSubnetA', zone(0), false],
        ['ReportsPublicSubnetB', zone(1), false],
      ]);
    });

    it('leads out of the private subnets by the way that is chosen, and by no other', () => {
      const routes = idsOf(variant, 'AWS::EC2::Route').map((id) => propertiesOf(variant, id));
      const out = { DestinationCidrBlock: '0.0.0.0/0' };
      const publicRoute = {
        ...out,
        RouteTableId: { Ref: 'ReportsPublicRoutes' },
        GatewayId: { Ref: 'ReportsInternetGateway' },
      };
      const privateRoute = {
        ...out,
        RouteTableId: { Ref: 'ReportsPrivateRoutes' },
        NatGatewayId: { Ref: 'ReportsNat' },
      };
      expect(routes).toEqual(variant === 'endpoints' ? [publicRoute] : [privateRoute, publicRoute]);

      const tables = idsOf(variant, 'AWS::EC2::SubnetRouteTableAssociation').map((id) => {
        const { SubnetId, RouteTableId } = propertiesOf(variant, id) as Record<string, { Ref: string }>;
        return `${SubnetId?.Ref} by ${RouteTableId?.Ref}`;
      });
      expect(tables).toEqual([
        'ReportsPrivateSubnetA by ReportsPrivateRoutes',
        'ReportsPrivateSubnetB by ReportsPrivateRoutes',
        'ReportsPublicSubnetA by ReportsPublicRoutes',
        'ReportsPublicSubnetB by ReportsPublicRoutes',
      ]);
    });

    it('has the free endpoints always, and the others where nothing else leads to AWS', () => {
      const services = idsOf(variant, 'AWS::EC2::VPCEndpoint').map((id) => {
        const { ServiceName, VpcEndpointType } = propertiesOf(variant, id) as {
          ServiceName: { 'Fn::Sub': string };
          VpcEndpointType: string;
        };
        return `${VpcEndpointType} ${ServiceName['Fn::Sub'].replace('com.amazonaws.${AWS::Region}.', '')}`;
      });
      expect(services.sort()).toEqual([
        'Gateway dynamodb',
        'Gateway s3',
        ...(variant === 'endpoints'
          ? ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'sns', 'sqs'].map((name) => `Interface ${name}`)
          : []),
      ]);
    });

    it('keeps a log of refused connections', () => {
      expect(idsOf(variant, 'AWS::EC2::FlowLog')).toEqual(['ReportsFlowLog']);
      expect(propertiesOf(variant, 'ReportsFlowLog')).toMatchObject({
        ResourceId: { Ref: 'ReportsVpc' },
        TrafficType: 'REJECT',
        LogDestination: arnOf('ReportsFlowLogs'),
      });
    });
  });

  describe('security groups', () => {
    interface Rule {
      readonly IpProtocol: string;
      readonly FromPort: number;
      readonly ToPort: number;
      readonly CidrIp?: unknown;
      readonly SourceSecurityGroupId?: { readonly 'Fn::GetAtt': readonly [string, string] };
      readonly DestinationSecurityGroupId?: { readonly 'Fn::GetAtt': readonly [string, string] };
    }
    const spell = (id: string, direction: string, rule: Rule) => {
      const { IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupId, DestinationSecurityGroupId } =
        rule;
      const group = SourceSecurityGroupId ?? DestinationSecurityGroupId;
      const peer = group?.['Fn::GetAtt'][0] ?? (typeof CidrIp === 'string' ? CidrIp : 'ReportsVpc');
      const name = (text: string) => text.replace(/^Reports(\w+)SecurityGroup$/, '$1');
      return `${name(id)} ${direction} ${name(peer)} ${IpProtocol} ${FromPort}-${ToPort}`;
    };

    it('name their peers, and let nothing else in or out', () => {
      const groups = idsOf(variant, 'AWS::EC2::SecurityGroup').flatMap((id) => {
        const { SecurityGroupIngress = [], SecurityGroupEgress = [] } = propertiesOf(variant, id) as Record<
          string,
          readonly Rule[]
        >;
        // A group without a rule for what leaves it lets everything out.
        const leaving = SecurityGroupEgress.length > 0 ? [] : [`${id} lets everything out`];
        return [
          ...SecurityGroupIngress.map((rule) => spell(id, 'from', rule)),
          ...SecurityGroupEgress.map((rule) => spell(id, 'to', rule)),
          ...leaving,
        ];
      });
      const ingress = idsOf(variant, 'AWS::EC2::SecurityGroupIngress').map((id) => {
        const rule = propertiesOf(variant, id) as unknown as Rule & { GroupId: { 'Fn::GetAtt': [string] } };
        return spell(rule.GroupId['Fn::GetAtt'][0], 'from', rule);
      });
      const nowhere = '255.255.255.255/32 icmp 252-86';
      expect([...groups, ...ingress].sort()).toEqual(
        [
          ...(isPublic
            ? ['LoadBalancer from 0.0.0.0/0 tcp 443-443', 'LoadBalancer from 0.0.0.0/0 tcp 80-80']
            : ['LoadBalancer from ReportsVpc tcp 80-80']),
          'LoadBalancer to Service tcp 8080-8080',
          'Service from LoadBalancer tcp 8080-8080',
          'Service to 0.0.0.0/0 tcp 443-443',
          'Service to Database tcp 5432-5432',
          'Service to Files tcp 2049-2049',
          'Lambda to 0.0.0.0/0 tcp 443-443',
          'Lambda to Database tcp 5432-5432',
          'Database from Lambda tcp 5432-5432',
          'Database from Service tcp 5432-5432',
          `Database to ${nowhere}`,
          'Files from Service tcp 2049-2049',
          `Files to ${nowhere}`,
          ...(variant === 'endpoints'
            ? [
                'Endpoint from Lambda tcp 443-443',
                'Endpoint from Service tcp 443-443',
                `Endpoint to ${nowhere}`,
              ]
            : []),
        ].sort(),
      );
    });
  });

  describe('the load balancer', () => {
    it(isPublic ? 'faces the internet' : 'is reached from the network alone', () => {
      const kind = isPublic ? 'Public' : 'Private';
      expect(propertiesOf(variant, 'ReportsLoadBalancer')).toMatchObject({
        Scheme: isPublic ? 'internet-facing' : 'internal',
        Subnets: [{ Ref: `Reports${kind}SubnetA` }, { Ref: `Reports${kind}SubnetB` }],
        SecurityGroups: [groupOf('ReportsLoadBalancerSecurityGroup')],
      });
    });

    it(isPublic ? 'speaks TLS 1.2 or newer, and sends HTTP on to it' : 'speaks HTTP', () => {
      const listeners = idsOf(variant, 'AWS::ElasticLoadBalancingV2::Listener').map((id) => {
        const { LoadBalancerArn: _, ...listener } = propertiesOf(variant, id);
        return listener;
      });
      const DefaultActions = [{ Type: 'forward', TargetGroupArn: { Ref: 'ReportsTargetGroup' } }];
      const redirect = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' };
      expect(listeners).toEqual(
        isPublic
          ? [
              {
                Port: 443,
                Protocol: 'HTTPS',
                Certificates: [{ CertificateArn: CERTIFICATE }],
                SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
                DefaultActions,
              },
              {
                Port: 80,
                Protocol: 'HTTP',
                DefaultActions: [{ Type: 'redirect', RedirectConfig: redirect }],
              },
            ]
          : [{ Port: 80, Protocol: 'HTTP', DefaultActions }],
      );
    });

    it('drops invalid headers, logs each request, and in prod cannot be deleted by mistake', () => {
      expect(propertiesOf(variant, 'ReportsLoadBalancer').LoadBalancerAttributes).toEqual([
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'access_logs.s3.bucket', Value: { Ref: 'ReportsAccessLogs' } },
        { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
        { Key: 'deletion_protection.enabled', Value: isProd },
      ]);
    });

    it('logs into a bucket that is closed, encrypted by S3, forgets, and takes logs of this account alone', () => {
      expect(propertiesOf(variant, 'ReportsAccessLogs')).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: {
          Rules: [
            {
              Status: 'Enabled',
              ExpirationInDays: isProd ? 90 : 7,
              NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            },
            { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
          ],
        },
      });
      expect(propertiesOf(variant, 'ReportsAccessLogsPolicy')).toMatchObject({
        Bucket: { Ref: 'ReportsAccessLogs' },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
              Action: 's3:PutObject',
              Resource: { 'Fn::Sub': '${ReportsAccessLogs.Arn}/AWSLogs/${AWS::AccountId}/*' },
              Condition: {
                ArnLike: {
                  'aws:SourceArn': {
                    'Fn::Sub':
                      'arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:loadbalancer/*',
                  },
                },
              },
            },
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      });
    });

    it('sends requests to tasks that are ready, and gives them time to end before they are stopped', () => {
      expect(propertiesOf(variant, 'ReportsTargetGroup')).toMatchObject({
        // A target group has one load balancer: when that is replaced, it has to be too.
        Name: isPublic ? 'public-reports-prod' : 'shop-reports-dev',
        TargetType: 'ip',
        Protocol: 'HTTP',
        Port: 8080,
        HealthCheckPath: '/ready',
        Matcher: { HttpCode: '200' },
        TargetGroupAttributes: expect.arrayContaining([
          { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
        ]),
      });
    });
  });

  describe('the task', () => {
    interface Container {
      readonly Name: string;
      readonly Environment?: readonly { readonly Name: string; readonly Value: unknown }[];
      readonly [property: string]: unknown;
    }
    const containers = () =>
      propertiesOf(variant, 'ReportsTask').ContainerDefinitions as readonly Container[];
    const container = (name: string) => containers().find(({ Name }) => Name === name);

    it('is half a processor and a gigabyte on ARM, with an address of its own', () => {
      expect(propertiesOf(variant, 'ReportsTask')).toMatchObject({
        RequiresCompatibilities: ['FARGATE'],
        NetworkMode: 'awsvpc',
        Cpu: '512',
        Memory: '1024',
        RuntimePlatform: { OperatingSystemFamily: 'LINUX', CpuArchitecture: 'ARM64' },
        EphemeralStorage: { SizeInGiB: 21 },
        ExecutionRoleArn: arnOf('ReportsExecutionRole'),
        TaskRoleArn: arnOf('ReportsTaskRole'),
      });
    });

    it('runs each container as a user that is not root, on a read-only root, without privileges', () => {
      expect(containers().map(({ Name }) => Name)).toEqual(['reports', 'log-router']);
      for (const definition of containers()) {
        expect(definition).toMatchObject({
          Essential: true,
          User: expect.stringMatching(/^[1-9]\d*$/),
          ReadonlyRootFilesystem: true,
          LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
        });
        expect(definition.Privileged).toBeUndefined();
        expect(definition.StopTimeout).toBeLessThanOrEqual(120);
      }
    });

    it('tells the application where it is, and its password as a secret alone', () => {
      const { Environment = [], Secrets } = container('reports') ?? { Name: '' };
      const values = Object.fromEntries(Environment.map(({ Name, Value }) => [Name, Value]));
      const isOwnIssuer = variant !== 'endpoints';
      const stage = isProd ? 'prod' : 'dev';
      expect(values).toEqual({
        ENV: stage,
        PORT: '8080',
        LOG_LEVEL: 'INFO',
        POWERTOOLS_SERVICE_NAME: `shop-${stage}`,
        REPORTS_QUEUE_URL: { Ref: 'ReportsQueue' },
        ISSUER_URL: isOwnIssuer
          ? { 'Fn::ImportValue': `shop-${stage}-issuer-url` }
          : 'https://idp.example.com',
        TOKEN_AUDIENCE: isOwnIssuer ? { 'Fn::ImportValue': `shop-${stage}-token-audience` } : 'shop',
        DATABASE_HOST: { 'Fn::GetAtt': ['ReportsDatabase', 'Endpoint.Address'] },
        DATABASE_PORT: { 'Fn::GetAtt': ['ReportsDatabase', 'Endpoint.Port'] },
        DATABASE_NAME: 'shop',
        DATABASE_USER: 'shop',
        NODE_OPTIONS: expect.stringContaining('--report-exclude-env '),
      });
      expect(Secrets).toEqual([
        {
          Name: 'DB_PASSWORD',
          ValueFrom: { 'Fn::Sub': '${ReportsDatabase.MasterUserSecret.SecretArn}:password::' },
        },
      ]);
    });

    it('asks the application for its health, and gives it a minute to end', () => {
      expect(container('reports')).toMatchObject({
        Image: IMAGE,
        PortMappings: [{ ContainerPort: 8080, Protocol: 'tcp' }],
        HealthCheck: {
          Command: [
            'CMD',
            'node',
            '--eval',
            expect.stringContaining("fetch('http://127.0.0.1:8080/health')"),
          ],
          Interval: 30,
          Timeout: 5,
          Retries: 3,
        },
        StopTimeout: 60,
      });
    });

    it('sends its log through the router, which starts first and logs by itself', () => {
      expect(container('reports')).toMatchObject({
        DependsOn: [{ ContainerName: 'log-router', Condition: 'HEALTHY' }],
        LogConfiguration: {
          LogDriver: 'awsfirelens',
          Options: {
            Name: 'cloudwatch_logs',
            log_group_name: { Ref: 'ReportsLogs' },
            auto_create_group: 'false',
          },
        },
      });
      expect(container('log-router')).toMatchObject({
        Image: { 'Fn::Sub': expect.stringMatching(/\/aws-for-fluent-bit:\d+\.\d+\.\d+$/) },
        FirelensConfiguration: { Type: 'fluentbit' },
        HealthCheck: expect.anything(),
        LogConfiguration: {
          LogDriver: 'awslogs',
          Options: { 'awslogs-group': { Ref: 'ReportsRouterLogs' } },
        },
      });
    });

    it('writes nowhere but into files that outlive it, over TLS and through its access point', () => {
      expect(propertiesOf(variant, 'ReportsTask').Volumes).toEqual([
        {
          Name: 'diagnostics',
          EFSVolumeConfiguration: {
            FilesystemId: { Ref: 'ReportsFiles' },
            TransitEncryption: 'ENABLED',
            AuthorizationConfig: { AccessPointId: { Ref: 'ReportsDiagnostics' }, IAM: 'ENABLED' },
          },
        },
      ]);
      expect(containers().flatMap(({ MountPoints = [] }) => MountPoints)).toEqual([
        { SourceVolume: 'diagnostics', ContainerPath: '/diagnostics', ReadOnly: false },
      ]);
    });
  });

  describe('the service', () => {
    it('runs three tasks in the private subnets, the first of them not on Spot', () => {
      const strategy = [
        { CapacityProvider: 'FARGATE', Base: 1, Weight: 1 },
        { CapacityProvider: 'FARGATE_SPOT', Weight: 3 },
      ];
      expect(propertiesOf(variant, 'ReportsCluster')).toMatchObject({
        CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        DefaultCapacityProviderStrategy: strategy,
      });
      expect(propertiesOf(variant, 'ReportsService')).toMatchObject({
        DesiredCount: 3,
        CapacityProviderStrategy: strategy,
        NetworkConfiguration: {
          AwsvpcConfiguration: {
            AssignPublicIp: 'DISABLED',
            Subnets: [{ Ref: 'ReportsPrivateSubnetA' }, { Ref: 'ReportsPrivateSubnetB' }],
            SecurityGroups: [groupOf('ReportsServiceSecurityGroup')],
          },
        },
        LoadBalancers: [
          { ContainerName: 'reports', ContainerPort: 8080, TargetGroupArn: { Ref: 'ReportsTargetGroup' } },
        ],
      });
    });

    it('rolls a bad deployment back, and lets nobody into a container', () => {
      expect(propertiesOf(variant, 'ReportsService')).toMatchObject({
        DeploymentConfiguration: {
          MinimumHealthyPercent: 50,
          MaximumPercent: 200,
          DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        },
        EnableExecuteCommand: false,
      });
    });

    it('scales from three tasks on, by its processors and by what waits in the queue', () => {
      // Who counts the running tasks.
      expect(propertiesOf(variant, 'ReportsCluster').ClusterSettings).toEqual([
        { Name: 'containerInsights', Value: 'enabled' },
      ]);
      expect(propertiesOf(variant, 'ReportsScaling')).toMatchObject({
        ScalableDimension: 'ecs:service:DesiredCount',
        ResourceId: { 'Fn::Sub': 'service/${ReportsCluster}/${ReportsService.Name}' },
        MinCapacity: 3,
        MaxCapacity: 6,
      });
      const targets = idsOf(variant, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
        (id) => propertiesOf(variant, id).TargetTrackingScalingPolicyConfiguration,
      );
      expect(targets).toEqual([
        expect.objectContaining({
          CustomizedMetricSpecification: {
            Metrics: [
              expect.objectContaining({ Id: 'waiting', ReturnData: false }),
              expect.objectContaining({ Id: 'tasks', ReturnData: false }),
              { Id: 'backlog', Expression: 'waiting / tasks', ReturnData: true },
            ],
          },
          TargetValue: 500,
        }),
        expect.objectContaining({
          PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
          TargetValue: 60,
        }),
      ]);
    });
  });

  describe('roles', () => {
    const ROLES = ['ReportsExecutionRole', 'ReportsFlowLogRole', 'ReportsTaskRole'];

    it('are for AWS on behalf of this account, and have no wildcard but for the token of the registry', () => {
      expect(idsOf(variant, 'AWS::IAM::Role')).toEqual(ROLES);
      for (const role of ROLES) {
        expect(propertiesOf(variant, role).ManagedPolicyArns).toBeUndefined();
        expect(propertiesOf(variant, role).AssumeRolePolicyDocument).toMatchObject({
          Statement: [
            {
              Action: 'sts:AssumeRole',
              Principal: { Service: expect.stringMatching(/^(ecs-tasks|vpc-flow-logs)\.amazonaws\.com$/) },
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        });
      }
      const statements = ROLES.flatMap((role) => statementsOf(variant, role));
      expect(statements.flatMap(({ Action }) => Action).join()).not.toContain('*');
      expect(statements.filter(({ Resource }) => JSON.stringify(Resource).includes('*'))).toEqual([
        { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      ]);
    });

    it('let ECS start a task', () => {
      expect(statementsOf(variant, 'ReportsExecutionRole').slice(1)).toEqual([
        {
          Effect: 'Allow',
          Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          Resource: [
            { 'Fn::Sub': 'arn:${AWS::Partition}:ecr:eu-west-1:123456789012:repository/shop/reports' },
            {
              'Fn::Sub':
                'arn:${AWS::Partition}:ecr:${AWS::Region}:906394416424:repository/aws-for-fluent-bit',
            },
          ],
        },
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: arnOf('ReportsRouterLogs'),
        },
        {
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: { 'Fn::GetAtt': ['ReportsDatabase', 'MasterUserSecret.SecretArn'] },
        },
      ]);
    });

    it('let a task work on its queue, its log and its files', () => {
      expect(statementsOf(variant, 'ReportsTaskRole')).toEqual([
        {
          Effect: 'Allow',
          Action: [
            'sqs:ReceiveMessage',
            'sqs:DeleteMessage',
            'sqs:ChangeMessageVisibility',
            'sqs:GetQueueAttributes',
          ],
          Resource: arnOf('ReportsQueue'),
        },
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: arnOf('ReportsLogs'),
        },
        {
          Effect: 'Allow',
          Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
          Resource: arnOf('ReportsFiles'),
          Condition: {
            StringEquals: { 'elasticfilesystem:AccessPointArn': arnOf('ReportsDiagnostics') },
          },
        },
      ]);
    });
  });

  it('files are encrypted, backed up, in both zones, and not reached without TLS or access point', () => {
    const deny = (Condition: object) =>
      expect.objectContaining({ Effect: 'Deny', Principal: { AWS: '*' }, Condition });
    expect(propertiesOf(variant, 'ReportsFiles')).toMatchObject({
      Encrypted: true,
      BackupPolicy: { Status: 'ENABLED' },
      FileSystemPolicy: {
        Statement: [
          {
            Effect: 'Allow',
            Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
            Condition: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true' } },
          },
          deny({ Bool: { 'aws:SecureTransport': 'false' } }),
          deny({ Null: { 'elasticfilesystem:AccessPointArn': 'true' } }),
        ],
      },
    });
    expect(propertiesOf(variant, 'ReportsDiagnostics')).toMatchObject({
      PosixUser: { Uid: '1000', Gid: '1000' },
      RootDirectory: { Path: '/diagnostics', CreationInfo: { OwnerUid: '1000', Permissions: '0750' } },
    });
    const mounts = idsOf(variant, 'AWS::EFS::MountTarget').map((id) => propertiesOf(variant, id));
    expect(mounts).toEqual(
      ['ReportsPrivateSubnetA', 'ReportsPrivateSubnetB'].map((Ref) => ({
        FileSystemId: { Ref: 'ReportsFiles' },
        SubnetId: { Ref },
        SecurityGroups: [groupOf('ReportsFilesSecurityGroup')],
      })),
    );
  });

  it('the database is encrypted, private, backed up for a week, reached by TLS, and has a password of its own', () => {
    const { MasterUserPassword, ...database } = propertiesOf(variant, 'ReportsDatabase');
    expect(MasterUserPassword).toBeUndefined();
    expect(database).toMatchObject({
      Engine: 'postgres',
      DBName: 'shop',
      MasterUsername: 'shop',
      ManageMasterUserPassword: true,
      StorageEncrypted: true,
      PubliclyAccessible: false,
      MultiAZ: isProd,
      BackupRetentionPeriod: 7,
      AutoMinorVersionUpgrade: true,
      CopyTagsToSnapshot: true,
      EnableCloudwatchLogsExports: ['postgresql'],
      VPCSecurityGroups: [groupOf('ReportsDatabaseSecurityGroup')],
      DBParameterGroupName: { Ref: 'ReportsDatabaseSettings' },
      DBSubnetGroupName: { Ref: 'ReportsDatabaseSubnets' },
    });
    expect(propertiesOf(variant, 'ReportsDatabaseSubnets').SubnetIds).toEqual([
      { Ref: 'ReportsPrivateSubnetA' },
      { Ref: 'ReportsPrivateSubnetB' },
    ]);
    expect(propertiesOf(variant, 'ReportsDatabaseSettings').Parameters).toEqual({ 'rds.force_ssl': '1' });
  });

  it('data is kept and protected in prod, and gone with the stack elsewhere', () => {
    const policy = isProd ? 'Retain' : 'Delete';
    for (const id of ['ReportsDatabase', 'ReportsFiles', 'ReportsAccessLogs']) {
      expect(stacks[variant].Resources[id]).toMatchObject({
        DeletionPolicy: policy,
        UpdateReplacePolicy: policy,
      });
    }
    expect(propertiesOf(variant, 'ReportsDatabase').DeletionProtection).toBe(isProd);
  });

  it('logs are kept for the days that the stage says', () => {
    const groups = idsOf(variant, 'AWS::Logs::LogGroup').map((id) => propertiesOf(variant, id));
    const days = isProd ? 90 : 7;
    const stage = isProd ? 'prod' : 'dev';
    expect(groups).toEqual([
      { LogGroupName: `/aws/rds/instance/shop-reports-${stage}/postgresql`, RetentionInDays: days },
      { LogGroupName: `/aws/vpc/shop-reports-${stage}`, RetentionInDays: days },
      { LogGroupName: `/aws/ecs/shop-reports-${stage}`, RetentionInDays: days },
      { LogGroupName: `/aws/ecs/shop-reports-log-router-${stage}`, RetentionInDays: days },
    ]);
  });

  it('alarms watch answers, tasks and database', () => {
    const alarms = idsOf(variant, 'AWS::CloudWatch::Alarm').map((id) => propertiesOf(variant, id));
    const watched = alarms.map(
      ({ Namespace, MetricName, ComparisonOperator, Threshold }) =>
        `${Namespace} ${MetricName} ${ComparisonOperator} ${Threshold}`,
    );
    expect(watched).toEqual(
      expect.arrayContaining([
        'AWS/ApplicationELB HTTPCode_Target_5XX_Count GreaterThanOrEqualToThreshold 5',
        'AWS/ApplicationELB UnHealthyHostCount GreaterThanOrEqualToThreshold 1',
        'AWS/ApplicationELB HealthyHostCount LessThanThreshold 2',
        'AWS/ECS CPUUtilization GreaterThanOrEqualToThreshold 85',
        'AWS/RDS CPUUtilization GreaterThanOrEqualToThreshold 85',
        'AWS/RDS DatabaseConnections GreaterThanOrEqualToThreshold 70',
        'AWS/RDS FreeStorageSpace LessThanOrEqualToThreshold 2147483648',
      ]),
    );
    const stage = isProd ? 'prod' : 'dev';
    for (const { AlarmActions } of alarms) {
      expect(AlarmActions).toEqual([{ 'Fn::ImportValue': `shop-${stage}-alarm-topic` }]);
    }
  });
});
