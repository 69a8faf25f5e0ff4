import type { Vendor } from "../../http/surroundings";

export const qkms: Vendor = { name: "QKMS", trusts: "`custom_ca_bundle` or NODE_EXTRA_CA_CERTS" };
