/**
 * The property `containerImage` of a function: the URI of an image that is deployed in the place of its handler, or
 * nothing, and the handler is packaged as a zip. osls itself takes either `handler` or `image`, and no `image` that is
 * empty; so a switch between the two cannot be declared without this. Tests and the local cloud read the handler from
 * the declaration, image or not.
 *
 * @typedef {{ handler?: string, image?: string, containerImage?: string }} Declared
 *
 * What is used of the framework.
 * @typedef {object} Serverless
 * @property {{ defineFunctionProperties: (provider: string, schema: object) => void }} configSchemaHandler
 * @property {{ functions?: { [key: string]: Declared } }} service
 */

class ContainerImages {
  /** @param {Serverless} serverless */
  constructor({ configSchemaHandler, service }) {
    configSchemaHandler.defineFunctionProperties('aws', {
      properties: { containerImage: { type: 'string' } },
    });
    this.hooks = {
      initialize: () => {
        for (const declared of Object.values(service.functions ?? {})) {
          if (!declared.containerImage) continue;
          declared.image = declared.containerImage;
          delete declared.handler;
        }
      },
    };
  }
}

module.exports = ContainerImages;
