import type { Vendor } from "../../http/surroundings";

export const alibaba: Vendor = { name: "Alibaba Cloud", trusts: "`custom_ca_bundle` or NODE_EXTRA_CA_CERTS" };
