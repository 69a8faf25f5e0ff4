import { type AnyProvider, define } from "../../src/terraform/plugin/provider";
import { number, string } from "../../src/terraform/plugin/schema/attribute";
import { resourceSchema, schema } from "../../src/terraform/plugin/schema/schema";

const { provider, resource } = define<null>();

const attributes = {
  arn: string({ required: true }),
  id: string({ computed: true }),
  key_id: string({ computed: true }),
  key_material_base64: string({ optional: true, sensitive: true }),
  deletion_window_in_days: number({ optional: true }),
  primary_key_arn: string({ optional: true }),
};

/** What of the state of HashiCorp's AWS provider a `moved` block reads: keys that keep their bytes in it. */
export function awsProvider(): AnyProvider {
  const key = resource({
    schema: resourceSchema({ version: 0, attributes }),
    create: ({ plan }) => {
      const id = plan.arn.slice(plan.arn.lastIndexOf("/") + 1);
      return { state: { ...plan, id, key_id: id } };
    },
    read: ({ state }) => ({ state }),
    update: ({ plan, prior }) => ({ state: { ...plan, id: prior.id, key_id: prior.key_id } }),
    delete: () => undefined,
  });
  return provider({
    name: "aws",
    schema: schema({ attributes: {} }),
    configure: () => ({ client: null }),
    resources: { aws_kms_external_key: key, aws_kms_replica_external_key: key },
  });
}
