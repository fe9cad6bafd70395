import { z } from 'zod';
import { ACCOUNT_ID, type PhysicalResource } from '../../cloudformation/intrinsics.ts';
import { declared, irrelevant } from '../../declaration.ts';
import type { Provisioner } from '../service.ts';

const layer = z.strictObject({
  LayerName: z.string().optional(),
  Content: irrelevant,
  CompatibleArchitectures: irrelevant,
  CompatibleRuntimes: irrelevant,
  Description: irrelevant,
  LicenseInfo: irrelevant,
});

/** Layers by name alone: functions have the modules of a layer from node_modules, and nothing lies in `/opt`. */
export function layerVersions(region: string): Provisioner {
  return {
    resourceTypes: ['AWS::Lambda::LayerVersion'],
    async provision({ logicalId, properties }) {
      const { LayerName = logicalId } = declared(`Resource ${logicalId}`, layer, properties);
      return layerVersion(region, LayerName);
    },
  };
}

/** The layers that the framework makes of the section `layers`, as resources that others refer to. */
export function layerResources(
  layers: Readonly<Record<string, unknown>>,
  region: string,
): Map<string, PhysicalResource> {
  return new Map(
    Object.keys(layers).map((key) => [
      `${key.charAt(0).toUpperCase()}${key.slice(1)}LambdaLayer`,
      layerVersion(region, key),
    ]),
  );
}

function layerVersion(region: string, name: string): PhysicalResource {
  const arn = `arn:aws:lambda:${region}:${ACCOUNT_ID}:layer:${name}:1`;
  return { ref: arn, attributes: { LayerVersionArn: arn } };
}
