import type { Vendor } from "../../http/surroundings";

/** Vault, or OpenBao, which speaks the same protocol. */
export const vault: Vendor = {
  name: "Vault",
  trusts: "VAULT_CACERT or NODE_EXTRA_CA_CERTS",
  place: "VAULT_ADDR",
};
