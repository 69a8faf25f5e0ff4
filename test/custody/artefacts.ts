/**
 * What programs leave behind, by the path below the folder that is searched. The first kind that fits names a file; what
 * fits none is a temporary file, a file of the home folder or any other, by where it lies.
 */
const kindsOfFiles = [
  ["lock file of providers", /\.terraform\.lock\.hcl$/],
  ["backup of a Terraform state", /\.tfstate\.(\d+\.)?backup$/],
  ["state that could not be written", /errored\.tfstate$/],
  ["Terraform state", /\.tfstate$/],
  ["saved plan", /\.tfplan$|\/plan$/],
  ["crash report", /crash(\.\d+)?\.log$/],
  ["diagnostic report of Node", /report\.\d+.*\.json$/],
  ["event log of Pulumi", /events[^/]*\.json$/],
  ["history of a stack", /\/history\//],
  ["backup of a stack", /\/backups\//],
  ["checkpoint of a stack", /\/stacks\/.*\.json/],
  ["exported stack", /export[^/]*\.json$/],
  ["log of Pulumi's engine", /pulumi[^/]*\.(log\.|INFO|WARNING|ERROR)|grpc[^/]*\.json$/],
  ["cdktf.out", /cdktf\.out\//],
  ["log file", /\.log$|\/logs\//],
  ["what a command was given", /^children\//],
  ["state of the embedded KMS", /emulator[^/]*\.json$/],
  ["compressed file", /\.(gz|zip|tgz|zz)$/],
  ["temporary file", /^temporary\//],
  ["file of the home folder", /^home\//],
] as const satisfies readonly (readonly [string, RegExp])[];

/** Kinds of artefact that are no files. */
export const otherKinds = [
  "standard output",
  "standard error",
  "answer of the embedded KMS",
  "arguments of a process",
  "environment of a process",
  "name of a file",
  "file of the working folder",
] as const;

export type ArtefactKind = (typeof kindsOfFiles)[number][0] | (typeof otherKinds)[number];

export const fileKinds: readonly ArtefactKind[] = kindsOfFiles.map(([kind]) => kind);

/** @param path Relative to the folder that is searched. */
export function kindOfFile(path: string): ArtefactKind {
  const [kind] = kindsOfFiles.find(([, pattern]) => pattern.test(path)) ?? [];
  return kind ?? "file of the working folder";
}

/** Something that was looked through. */
export interface Artefact {
  readonly kind: ArtefactKind;
  /** A path, or what was run. */
  readonly name: string;
}
