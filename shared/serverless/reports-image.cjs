/**
 * The repository in ECR that the image of `reportsImageUri` lies in, for those who may pull it. Without an image
 * nothing of services/reports is created, and it is one that could exist.
 *
 * @param {import('./provider.cjs').VariableContext} context
 */
module.exports = async ({ resolveVariable }) => {
  const uri = String(await resolveVariable('param:reportsImageUri'));
  const [, account, region, name] = /^(\d+)\.dkr\.ecr\.([^.]+)\.[^/]+\/([^@:]+)/.exec(uri) ?? [];
  return {
    repositoryArn: {
      'Fn::Sub': name
        ? `arn:\${AWS::Partition}:ecr:${region}:${account}:repository/${name}`
        : 'arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/shop-reports',
    },
  };
};
