import { createRequire } from 'node:module';

const { provider }: typeof import('../shared/serverless/provider.cjs') = createRequire(import.meta.url)(
  '../shared/serverless/provider.cjs',
);

/** The region that `sls` takes when it is given none. It does not ask AWS_REGION: what looks for its stages may not either. */
export const REGION = fallbackOf(
  provider({ options: {}, resolveVariable: async (variable) => variable }).region,
);

/** @param declared a variable of the framework, such as `${opt:region, 'eu-west-1'}` */
function fallbackOf(declared: string): string {
  const [, region] = /^\$\{opt:region, '([\w-]+)'\}$/.exec(declared) ?? [];
  if (region === undefined) throw new Error(`shared/serverless/provider.cjs has no default in ${declared}.`);
  return region;
}
