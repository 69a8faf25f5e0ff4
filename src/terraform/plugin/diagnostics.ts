import type { Path } from "./path";

/** Something to tell the person who runs Terraform: what is wrong (or may become so), and what to do about it. */
export interface Diagnostic {
  /** An error ends the operation, a warning is only shown. */
  readonly severity: "error" | "warning";
  /** One short line, in title case. */
  readonly summary: string;
  /** Sentences; may have several lines. Never a value that may be secret. */
  readonly detail: string;
  /** The attribute that it is about; absent for the whole resource. */
  readonly path?: Path;
}

/** A diagnostic that stops the operation. */
export function errorDiagnostic(summary: string, detail: string, path?: Path): Diagnostic {
  return { severity: "error", summary, detail, ...(path && { path }) };
}

/** A diagnostic that is shown and changes nothing. */
export function warningDiagnostic(summary: string, detail: string, path?: Path): Diagnostic {
  return { severity: "warning", summary, detail, ...(path && { path }) };
}

/** A fault of the provider itself, not of the configuration or of the remote system. */
export function providerBug(detail: string, path?: Path): Diagnostic {
  return errorDiagnostic(
    "Provider Bug",
    `${detail}\n\nThis is a bug in the provider; please report it to its developers.`,
    path,
  );
}

/** Whether there is an error among them. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
