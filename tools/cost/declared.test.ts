import { describe, expect, it } from '@jest/globals';
import { functionsIn, monthlyItems } from './declared.ts';

const stage = {
  Resources: {
    Late: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Age' } },
    Ratio: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        Metrics: [
          { Id: 'ratio', Expression: 'failed / all' },
          { Id: 'failed', MetricStat: {} },
          { Id: 'all', MetricStat: {} },
        ],
      },
    },
    Key: { Type: 'AWS::SecretsManager::Secret' },
    Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { ScalingConfig: {} } },
    Balancer: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: { Scheme: 'internet-facing', Subnets: ['a', 'b'] },
    },
    Gateway: { Type: 'AWS::EC2::NatGateway' },
    Address: { Type: 'AWS::EC2::EIP' },
    Free: { Type: 'AWS::EC2::VPCEndpoint', Properties: { VpcEndpointType: 'Gateway' } },
    Logs: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] },
    },
    Task: { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: '512', Memory: '1024' } },
    Service: {
      Type: 'AWS::ECS::Service',
      Properties: {
        TaskDefinition: { Ref: 'Task' },
        DesiredCount: 3,
        CapacityProviderStrategy: [
          { CapacityProvider: 'FARGATE', Base: 1, Weight: 1 },
          { CapacityProvider: 'FARGATE_SPOT', Weight: 3 },
        ],
      },
    },
    Database: {
      Type: 'AWS::RDS::DBInstance',
      Properties: {
        DBInstanceClass: 'db.t4g.micro',
        AllocatedStorage: '20',
        MultiAZ: true,
        ManageMasterUserPassword: true,
      },
    },
  },
};

describe('a month without use', () => {
  it('is counted in the template', () => {
    const items = monthlyItems(stage).map(({ price, quantity }) => [price, quantity]);
    expect(items).toEqual([
      ['cloudwatch.alarm', 3],
      ['secrets.secret', 2],
      // Five polls of 20 s at once, in 730 hours.
      ['sqs.request', 657_000],
      // One and a half tasks with half a processor and 1 GB on each.
      ['fargate.arm64.cpu', 547.5],
      ['fargate.arm64.memory', 1_095],
      ['fargate.arm64.spot.cpu', 547.5],
      ['fargate.arm64.spot.memory', 1_095],
      ['alb.hour', 730],
      ['nat.hour', 730],
      ['vpc.ipv4', 2_190],
      ['vpc.endpoint.hour', 1_460],
      ['rds.t4g.micro', 1_460],
      ['rds.gp3', 40],
    ]);
  });

  it('is nothing of a template without any of it', () => {
    expect(monthlyItems({ Resources: {} })).toEqual([]);
  });
});

it('knows the memory of each function, and which ones answer the API', () => {
  const functionOf = (name: string, MemorySize: number) => ({
    Type: 'AWS::Lambda::Function',
    Properties: { FunctionName: `shop-dev-${name}`, MemorySize, Timeout: 10 },
  });
  const template = {
    Resources: {
      GetItem: functionOf('getItem', 256),
      Ingest: functionOf('ingestItems', 512),
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: { IntegrationUri: { 'Fn::GetAtt': ['GetItem', 'Arn'] } },
      },
    },
  };
  expect(functionsIn(template)).toEqual({
    getItem: { memoryMb: 256, timeoutS: 10, isApi: true },
    ingestItems: { memoryMb: 512, timeoutS: 10, isApi: false },
  });
});
