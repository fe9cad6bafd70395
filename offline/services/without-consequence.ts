import type { PhysicalResource } from '../cloudformation/intrinsics.ts';

/**
 * Types of resources that change nothing on this machine, with the attributes that others may refer to. They exist by
 * name alone, and their properties are not looked at.
 */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  // Everything listens on loopback, and nothing leads elsewhere.
  'AWS::EC2::EIP': ['AllocationId', 'PublicIp'],
  'AWS::EC2::InternetGateway': [],
  'AWS::EC2::NatGateway': ['NatGatewayId'],
  'AWS::EC2::Route': [],
  'AWS::EC2::RouteTable': [],
  'AWS::EC2::SecurityGroup': ['GroupId', 'VpcId'],
  'AWS::EC2::SecurityGroupEgress': [],
  'AWS::EC2::SecurityGroupIngress': [],
  'AWS::EC2::Subnet': ['AvailabilityZone', 'SubnetId', 'VpcId'],
  'AWS::EC2::SubnetRouteTableAssociation': [],
  'AWS::EC2::VPC': ['CidrBlock', 'DefaultSecurityGroup', 'VpcId'],
  'AWS::EC2::VPCEndpoint': [],
  'AWS::EC2::VPCGatewayAttachment': [],
  // A service is one process at its own port.
  'AWS::ElasticLoadBalancingV2::Listener': ['ListenerArn'],
  'AWS::ElasticLoadBalancingV2::ListenerRule': ['RuleArn'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [
    ...['CanonicalHostedZoneID', 'DNSName', 'LoadBalancerArn', 'LoadBalancerFullName'],
  ],
  'AWS::ElasticLoadBalancingV2::TargetGroup': ['TargetGroupArn', 'TargetGroupFullName'],
  'AWS::ECS::Cluster': ['Arn'],
  'AWS::ECS::ClusterCapacityProviderAssociations': [],
  'AWS::ApplicationAutoScaling::ScalableTarget': [],
  'AWS::ApplicationAutoScaling::ScalingPolicy': ['Arn'],
  // Nobody is refused for what a role or policy says.
  'AWS::IAM::ManagedPolicy': ['PolicyArn'],
  'AWS::IAM::Policy': [],
  'AWS::IAM::Role': ['Arn', 'RoleId'],
  'AWS::Lambda::LayerVersionPermission': [],
  'AWS::Lambda::Permission': [],
  // What is logged goes to the terminal; there is no traffic to log.
  'AWS::EC2::FlowLog': [],
  'AWS::Logs::LogGroup': ['Arn'],
  'AWS::Logs::ResourcePolicy': [],
  // A container has the files of this machine.
  'AWS::EFS::AccessPoint': ['AccessPointId', 'Arn'],
  'AWS::EFS::FileSystem': ['Arn', 'FileSystemId'],
  'AWS::EFS::MountTarget': [],
  // Where and how an RDS runs its database.
  'AWS::RDS::DBParameterGroup': [],
  'AWS::RDS::DBSubnetGroup': [],
};

/** What others see of a resource that exists by name alone; none when its type has consequences. */
export function standIn(type: string, logicalId: string): PhysicalResource | undefined {
  if (!Object.hasOwn(ATTRIBUTES, type)) return undefined;
  const attributes = ATTRIBUTES[type]?.map((name) => [name, `${logicalId}.${name}`]) ?? [];
  return { ref: logicalId, attributes: Object.fromEntries(attributes) };
}
