import type { dynamic } from "@pulumi/pulumi";

/**
 * What Pulumi writes into the state as the implementation of each resource: nothing but calls to `byok/pulumi/provider`,
 * which is loaded from the project's own installation of byok. So the text is the same for every version, and what it
 * does follows the installed package.
 *
 * Nothing may be captured from outside of the functions: Pulumi would write that into the state, too.
 */
export const externalKeyDelegate: dynamic.ResourceProvider = {
  configure: async (request) => require("byok/pulumi/provider").externalKey.configure(request),
  check: async (olds, news) => require("byok/pulumi/provider").externalKey.check(olds, news),
  diff: async (id, olds, news) => require("byok/pulumi/provider").externalKey.diff(id, olds, news),
  create: async (inputs) => require("byok/pulumi/provider").externalKey.create(inputs),
  read: async (id, props) => require("byok/pulumi/provider").externalKey.read(id, props),
  update: async (id, olds, news) => require("byok/pulumi/provider").externalKey.update(id, olds, news),
  delete: async (id, props) => require("byok/pulumi/provider").externalKey.delete(id, props),
};

export const importedKeyMaterialDelegate: dynamic.ResourceProvider = {
  configure: async (request) => require("byok/pulumi/provider").importedKeyMaterial.configure(request),
  check: async (olds, news) => require("byok/pulumi/provider").importedKeyMaterial.check(olds, news),
  diff: async (id, olds, news) => require("byok/pulumi/provider").importedKeyMaterial.diff(id, olds, news),
  create: async (inputs) => require("byok/pulumi/provider").importedKeyMaterial.create(inputs),
  read: async (id, props) => require("byok/pulumi/provider").importedKeyMaterial.read(id, props),
  update: async (id, olds, news) => require("byok/pulumi/provider").importedKeyMaterial.update(id, olds, news),
  delete: async (id, props) => require("byok/pulumi/provider").importedKeyMaterial.delete(id, props),
};

export const keyRotationDelegate: dynamic.ResourceProvider = {
  configure: async (request) => require("byok/pulumi/provider").keyRotation.configure(request),
  check: async (olds, news) => require("byok/pulumi/provider").keyRotation.check(olds, news),
  diff: async (id, olds, news) => require("byok/pulumi/provider").keyRotation.diff(id, olds, news),
  create: async (inputs) => require("byok/pulumi/provider").keyRotation.create(inputs),
  read: async (id, props) => require("byok/pulumi/provider").keyRotation.read(id, props),
  update: async (id, olds, news) => require("byok/pulumi/provider").keyRotation.update(id, olds, news),
  delete: async (id, props) => require("byok/pulumi/provider").keyRotation.delete(id, props),
};
