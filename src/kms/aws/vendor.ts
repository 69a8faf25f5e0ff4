import type { Vendor } from "../../http/surroundings";

export const aws: Vendor = { name: "AWS", trusts: "`custom_ca_bundle`, AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS" };
