import { createHash } from "node:crypto";
import { createUrn, getProject, getStack, type Output, output, type Resource } from "@pulumi/pulumi";

/**
 * What finds a key again whose creation was interrupted: the same in each run of the stack, different for each resource.
 * It becomes the value of a tag, so it is readable, short, and has no characters that tags may not have.
 */
export function creationToken(name: string, type: string, parent: Resource | undefined): Output<string> {
  const place = [getProject(), getStack(), name].map((part) =>
    part.replaceAll(/[^A-Za-z0-9_.:+=@-]/g, "_").slice(0, 60),
  );
  // The URN also tells resources of one name apart that are in components of different types. It is passed on as a mere
  // value: an output of the parent would make the key wait for all of the component's children, of which it is one.
  const urn = new Promise<string>((resolve) => createUrn(name, type, parent).apply(resolve));
  return output(urn).apply((text) => {
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
    return `pulumi:${place.join("/")}:${digest}`;
  });
}
