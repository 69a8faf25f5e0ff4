import type { Fault } from "../definitions/fault";
import { ByokError, type ErrorCode } from "../engine/errors";
import { externalKeySchema } from "./external-key-schema";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { keyRotationSchema } from "./key-rotation-schema";
import { type Diagnostic, errorDiagnostic } from "./plugin/diagnostics";
import { type Path, path } from "./plugin/path";

/** Short titles for the errors that people meet most; the others are titled by their code. */
const titles: Partial<Readonly<Record<ErrorCode, string>>> = {
  material_missing: "Key Material Needed",
  different_material: "Different Key Material",
  lifetime_past: "Date in the Past",
  key_not_found: "Key Not Found",
  key_pending_deletion: "Key Waits for Its Deletion",
  access_denied: "Access Denied",
  primary_not_ready: "Primary Key Without Key Material",
  creation_unconfirmed: "Creation Not Confirmed",
};

/**
 * An error of the engine as a diagnostic on the argument that it names. Undefined for anything else, which is a bug.
 *
 * @param known The attributes that the resource has; another is not pointed at.
 */
export function diagnosticOf(error: ByokError, known?: Readonly<Record<string, unknown>>): Diagnostic {
  const { attribute } = error;
  const pointed = attribute !== undefined && known !== undefined && attribute in known;
  return errorDiagnostic(titleOf(error.code), error.message, pointed ? path(attribute) : undefined);
}

/** An error with a title of its own. */
export function fault(title: string, code: ErrorCode, message: string, at: Path): Diagnostic {
  return errorDiagnostic(title, new ByokError(code, message).message, at);
}

/** What is wrong with an argument of a configuration, on that. */
export function diagnosticOfFault({ attribute, key, code, title, message }: Fault): Diagnostic {
  const at = key === undefined ? path(attribute) : path(attribute, { key });
  return fault(title ?? titleOf(code), code, message, at);
}

/** For errors that are thrown anywhere in a handler, of whatever resource. */
export function diagnose(error: unknown): readonly Diagnostic[] | undefined {
  return error instanceof ByokError ? [diagnosticOf(error, anyArgument)] : undefined;
}

// The engine names an argument only to those who have it.
const anyArgument = {
  ...externalKeySchema.attributes,
  ...importedKeyMaterialSchema.attributes,
  ...keyRotationSchema.attributes,
};

/** An error in the settings of one KMS, on its argument in the block of the provider's configuration. */
export function diagnosticInBlock(block: string, error: ByokError): Diagnostic {
  const { attribute } = error;
  return errorDiagnostic(
    titleOf(error.code),
    error.message,
    attribute === undefined ? path(block) : path(block, attribute),
  );
}

/** Runs pure checks and collects what they refuse, each on its argument. */
export function refusals(
  known: Readonly<Record<string, unknown>>,
  ...checks: readonly (() => unknown)[]
): Diagnostic[] {
  return checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      return [diagnosticOf(ByokError.from(error), known)];
    }
  });
}

function titleOf(code: ErrorCode): string {
  return (
    titles[code] ??
    code
      .split("_")
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(" ")
  );
}
