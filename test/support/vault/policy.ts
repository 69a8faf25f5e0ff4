/** A Vault policy: which capabilities each path gives. */
export type Policy = readonly { readonly path: string; readonly capabilities: readonly string[] }[];

/** As much of HCL as policies are usually written in. */
export function policyFrom(hcl: string): Policy {
  const blocks = hcl.matchAll(/path\s+"([^"]+)"\s*\{\s*capabilities\s*=\s*\[([^\]]*)\]\s*\}/g);
  return [...blocks].map(([, path = "", list = ""]) => ({
    path,
    capabilities: [...list.matchAll(/"(\w+)"/g)].map(([, word = ""]) => word),
  }));
}

/** Whether the policies give a capability on a path. `*` at the end is any rest, `+` is one segment. */
export function allows(policies: readonly Policy[], path: string, capability: string): boolean {
  return policies.flat().some((rule) => rule.capabilities.includes(capability) && patternOf(rule.path).test(path));
}

function patternOf(glob: string): RegExp {
  const rest = glob.endsWith("*") ? ".*" : "";
  const segments = glob.replace(/\*$/, "").split("/");
  const escaped = segments.map((one) =>
    one === "+" ? "[^/]+" : one.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
  );
  return new RegExp(`^${escaped.join("/")}${rest}$`);
}
