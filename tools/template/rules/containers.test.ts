import { testRules } from '../testing/rule-examples.ts';
import { containerRules } from './containers.ts';

const listener = (Properties: Record<string, unknown>) => ({
  Type: 'AWS::ElasticLoadBalancingV2::Listener',
  Properties: { LoadBalancerArn: { Ref: 'Balancer' }, ...Properties },
});
const container = 'Reports.Properties.ContainerDefinitions.0';
const files = 'Reports.Properties.Volumes.0.EFSVolumeConfiguration';
const service = 'Service.Properties';

testRules(containerRules, {
  'load-balancer': {
    fine: {
      Balancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: {
          LoadBalancerAttributes: [
            { Key: 'access_logs.s3.enabled', Value: 'true' },
            { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
          ],
        },
      },
    },
    broken: [
      ['Balancer.Properties.LoadBalancerAttributes.0.Value', 'false', 'Balancer has no access log'],
      ['Balancer.Properties.LoadBalancerAttributes.1', undefined, 'Balancer lets malformed headers through'],
    ],
  },
  listener: {
    fine: {
      Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Scheme: 'internal' } },
      Plain: listener({ Protocol: 'HTTP', DefaultActions: [{ Type: 'forward' }] }),
      Secure: listener({ Protocol: 'HTTPS', SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' }),
      Moved: listener({
        LoadBalancerArn: { Ref: 'Public' },
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'redirect' }],
      }),
    },
    broken: [
      ['Balancer.Properties.Scheme', 'internet-facing', 'Plain answers the internet without TLS'],
      ['Secure.Properties.SslPolicy', 'ELBSecurityPolicy-2016-08', 'Secure speaks TLS older than 1.2'],
      ['Secure.Properties.SslPolicy', undefined, 'Secure speaks TLS older than 1.2'],
      ['Moved.Properties.DefaultActions.0.Type', 'forward', 'Moved answers the internet without TLS'],
    ],
  },
  container: {
    fine: {
      Reports: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          ContainerDefinitions: [
            { Name: 'app', ReadonlyRootFilesystem: true, User: '1000:1000', StopTimeout: 120 },
          ],
        },
      },
    },
    broken: [
      [`${container}.ReadonlyRootFilesystem`, undefined, 'Reports app may write to its root'],
      [`${container}.User`, 'root', 'Reports app has no user by number but root'],
      [`${container}.User`, '0', 'Reports app has no user by number but root'],
      [`${container}.Privileged`, true, 'Reports app is privileged'],
      [`${container}.StopTimeout`, 121, 'Reports app stops too slowly'],
    ],
  },
  'container-service': {
    fine: {
      Service: {
        Type: 'AWS::ECS::Service',
        Properties: {
          DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
          NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
          CapacityProviderStrategy: [
            { CapacityProvider: 'FARGATE', Base: 1, Weight: 1 },
            { CapacityProvider: 'FARGATE_SPOT', Weight: 3 },
          ],
        },
      },
    },
    broken: [
      [
        `${service}.DeploymentConfiguration.DeploymentCircuitBreaker.Rollback`,
        false,
        'Service does not roll a bad release back',
      ],
      [
        `${service}.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp`,
        'ENABLED',
        'Service gives its tasks public addresses',
      ],
      [`${service}.EnableExecuteCommand`, true, 'Service lets a shell into its tasks'],
      [`${service}.CapacityProviderStrategy.0.Base`, undefined, 'Service keeps no task off Spot'],
    ],
  },
  'file-system': {
    fine: {
      Files: {
        Type: 'AWS::EFS::FileSystem',
        Properties: { Encrypted: true, BackupPolicy: { Status: 'ENABLED' } },
      },
    },
    broken: [
      ['Files.Properties.Encrypted', undefined, 'Files is not encrypted'],
      ['Files.Properties.BackupPolicy', undefined, 'Files is not backed up'],
    ],
  },
  volume: {
    fine: {
      Reports: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: {
          Volumes: [
            {
              Name: 'files',
              EFSVolumeConfiguration: {
                TransitEncryption: 'ENABLED',
                AuthorizationConfig: { AccessPointId: { Ref: 'AccessPoint' }, IAM: 'ENABLED' },
              },
            },
            { Name: 'scratch' },
          ],
        },
      },
    },
    broken: [
      [`${files}.TransitEncryption`, 'DISABLED', 'Reports files travels without TLS'],
      [`${files}.AuthorizationConfig.AccessPointId`, undefined, 'Reports files has no access point'],
      [`${files}.AuthorizationConfig.IAM`, undefined, 'Reports files does not ask IAM'],
    ],
  },
  database: {
    fine: {
      Sales: {
        Type: 'AWS::RDS::DBInstance',
        Properties: {
          StorageEncrypted: true,
          PubliclyAccessible: false,
          ManageMasterUserPassword: true,
          BackupRetentionPeriod: 7,
          DeletionProtection: true,
        },
      },
    },
    broken: [
      ['Sales.Properties.StorageEncrypted', undefined, 'Sales is not encrypted'],
      ['Sales.Properties.PubliclyAccessible', undefined, 'Sales is reached from the internet'],
      ['Sales.Properties.ManageMasterUserPassword', false, 'Sales has a password that nobody changes'],
      ['Sales.Properties.BackupRetentionPeriod', 6, 'Sales keeps backups for less than 7 days'],
      ['Sales.Properties.DeletionProtection', undefined, 'Sales does not have deletion protection'],
    ],
  },
  'open-port': {
    fine: {
      OfTasks: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          SecurityGroupIngress: [{ FromPort: 8080, SourceSecurityGroupId: { Ref: 'OfBalancer' } }],
        },
      },
      ToDatabase: {
        Type: 'AWS::EC2::SecurityGroupIngress',
        Properties: { FromPort: 5432, SourceSecurityGroupId: { Ref: 'OfTasks' } },
      },
    },
    broken: [
      [
        'OfTasks.Properties.SecurityGroupIngress.0',
        { FromPort: 8080, CidrIp: '0.0.0.0/0' },
        'OfTasks lets 0.0.0.0/0 in at port 8080',
      ],
      [
        'OfTasks.Properties.SecurityGroupIngress.0',
        { FromPort: 80, CidrIp: { 'Fn::GetAtt': ['Network', 'CidrBlock'] } },
        'OfTasks lets ${Network.CidrBlock} in at port 80',
      ],
      ['ToDatabase.Properties.SourceSecurityGroupId', undefined, 'ToDatabase lets others in at port 5432'],
    ],
  },
});
