import { createHash } from "node:crypto";
import type { Construct } from "constructs";
import { TerraformStack } from "./core";

/** Key of the app's context, in cdktf.json or `new App({ context })`, with the namespace of all creation tokens. */
export const namespaceContext = "byok:namespace";

/**
 * What finds a key again whose creation was interrupted: the same in each run, different for each key. It is made of the
 * namespace, the stack and the construct's path, and becomes the value of a tag: so it is readable, short, and has no
 * characters that tags may not have.
 */
export function creationToken(construct: Construct, namespace: string | undefined): string {
  const space = namespace ?? contextNamespace(construct) ?? "";
  const stack = TerraformStack.of(construct).node.path;
  const path = construct.node.path.slice(stack === "" ? 0 : stack.length + 1);
  const place = [space, stack, path].filter((part) => part !== "").map(readable);
  const digest = createHash("sha256")
    .update(JSON.stringify([space, stack, path]))
    .digest("hex")
    .slice(0, 12);
  return `cdktf:${place.join("/")}:${digest}`;
}

/** A resource with several instances is several keys, and each has a token of its own. */
export function tokenOfInstance(
  token: string,
  { forEach, count }: { readonly forEach?: unknown; readonly count?: unknown },
): string {
  // A tag does not take all that an instance may be called.
  if (forEach !== undefined) return `${token}:\${substr(sha256(each.key), 0, 12)}`;
  return count === undefined ? token : `${token}:\${count.index}`;
}

function contextNamespace(construct: Construct): string | undefined {
  const found: unknown = construct.node.tryGetContext(namespaceContext);
  return typeof found === "string" ? found : undefined;
}

function readable(part: string): string {
  return part.replaceAll(/[^A-Za-z0-9_.:/+=@-]/g, "_").slice(0, 70);
}
