import { ByokError } from "./errors";
import type { Succession } from "./succession";

/** What of a configuration decides about material that is to come after another of its key. */
export interface WantedSuccession {
  readonly keyArn: string;
  /** The id of the material that it is to succeed. Undefined: none is named. */
  readonly succeeds?: string | undefined;
  readonly onDeletion: "reimport" | "report";
}

/** What stands against an import. `create`: an apply may find it put right, and throws the problem otherwise. */
export interface SuccessionVerdict {
  readonly action: "create" | "refuse";
  /** Why, in words. */
  readonly reason: string;
  readonly warnings?: readonly string[];
  readonly problem: ByokError;
}

/**
 * What stands against the import of material that succeeds another. Undefined: nothing does.
 *
 * @param succession How it would come into the key. Undefined: it succeeds none.
 * @param materialId Its own id, where it has one.
 */
export function successionVerdict(
  wanted: WantedSuccession,
  succession: Succession | undefined,
  materialId: string | undefined,
): SuccessionVerdict | undefined {
  switch (succession?.kind) {
    case "unlisted":
      return unlisted(wanted);
    case "early":
      return early(wanted, succession);
    case "unnamed":
      return wanted.onDeletion === "report" ? undefined : refused(unnamed(wanted, succession, materialId));
    case "single":
      return refused(single(wanted, succession));
    case "broken":
      return refused(broken(wanted, succession));
    case "new":
    case "waiting":
    case "awaited":
    case "known":
    case undefined:
      return undefined;
  }
}

type Of<K extends Succession["kind"]> = Extract<Succession, { readonly kind: K }>;

function refused(problem: ByokError): SuccessionVerdict {
  return { action: "refuse", reason: problem.rawMessage, problem };
}

/** Without the list nothing tells whether the bytes would be new, and what is new is never sent by guess. */
function unlisted({ keyArn }: WantedSuccession): SuccessionVerdict {
  const what = `The key materials of ${keyArn} must be listed to import one that succeeds another, and the caller lacks the permission kms:ListKeyRotations. Allow it on the key.`;
  return {
    action: "create",
    reason: "new key material; the materials of the key cannot be listed",
    warnings: [what],
    problem: new ByokError("access_denied", what, { attribute: "succeeds" }),
  };
}

/** The same run may rotate the key before. */
function early({ keyArn, succeeds }: WantedSuccession, { current = "none" }: Of<"early">): SuccessionVerdict {
  return {
    action: "create",
    reason: `new key material, once the key is rotated to ${succeeds}`,
    problem: wrongPredecessor(
      `\`succeeds\` must name the current key material: ${succeeds} waits for its rotation in ${keyArn}, whose current one is ${current}. Nothing was imported. Rotate the key to it first, and refer to the \`key_material_id\` of that key rotation.`,
    ),
  };
}

function unnamed(
  { keyArn }: WantedSuccession,
  { current = "none" }: Of<"unnamed">,
  materialId: string | undefined,
): ByokError {
  return wrongPredecessor(
    `${keyArn} no longer has the key material ${materialId}, which was deleted or expired before the key was rotated to it; its current one is ${current}. Nothing was imported. Set \`succeeds\` to that to import the bytes as new material again, or remove the material from the configuration.`,
  );
}

function single({ keyArn }: WantedSuccession, { spec }: Of<"single">): ByokError {
  return new ByokError(
    "unsupported_key_spec",
    `${keyArn} is of the spec ${spec}, and such a key keeps its first key material for life, so none can succeed it. Nothing was imported. Remove \`succeeds\`, and create another key for new bytes.`,
    { attribute: "succeeds" },
  );
}

function broken({ keyArn, succeeds }: WantedSuccession, { current, isFormer }: Of<"broken">): ByokError {
  const is = isFormer ? "is a former key material of" : "is no key material of";
  const what = `\`succeeds\` must name the current key material: ${succeeds} ${is} ${keyArn}`;
  const now = current === undefined ? ", which has none" : `, whose current one is ${current}`;
  const remedy =
    current === undefined
      ? "Import the key's first material before, and refer to its `key_material_id`."
      : "Set `succeeds` to that, or import these bytes into the state if the key has them already.";
  return wrongPredecessor(`${what}${now}. Nothing was imported. ${remedy}`);
}

function wrongPredecessor(message: string): ByokError {
  return new ByokError("wrong_predecessor", message, { attribute: "succeeds" });
}
