/**
 * Turns the parameter `protectData` into what CloudFormation wants: the policy for deletion and replacement of
 * a stateful resource, and a boolean for its protection flags (a --param value arrives as a string).
 *
 * @param {import('./provider.cjs').VariableContext} context
 */
module.exports = async ({ resolveVariable }) => {
  const protect = String(await resolveVariable('param:protectData')) === 'true';
  return {
    protect,
    policy: protect ? 'Retain' : 'Delete',
    userPoolProtection: protect ? 'ACTIVE' : 'INACTIVE',
  };
};
