import { join } from "node:path";
import { region } from "./kms";
import type { Providers } from "./providers";

/** Where things are that configurations name. */
export interface Surroundings {
  readonly kmsUrl: string;
  readonly materialFile: string;
}

/** One kind of resource that is planned and applied many times. */
export interface Contender {
  /** Folder and provider: `registry.terraform.io/byok/NAME`. */
  readonly name: "data" | "floor" | "go" | "byok" | "recorder" | "readable";
  readonly title: string;
  /** What Terraform starts, with its arguments; undefined where the resource is Terraform's own. */
  readonly program: readonly string[] | undefined;
  /** Whether each instance has a key of its own; else all are about the first. */
  readonly ownKeys: boolean;
  /** A configuration of one block, counted. */
  configuration(keyArns: readonly string[], where: Surroundings): string;
}

/** What is compared: the first is the least that there can be. */
export function contenders(providers: Providers): readonly Contender[] {
  return [
    {
      name: "data",
      title: "terraform_data",
      program: undefined,
      ownKeys: false,
      configuration: (keyArns) =>
        `terraform {\n  backend "http" {}\n}\nresource "terraform_data" "it" {\n  count = ${keyArns.length}\n  input = "x"\n}\n`,
    },
    {
      name: "floor",
      title: "the floor",
      program: [providers.floor],
      ownKeys: false,
      configuration: (keyArns, where) => materials("floor", byokBlock(where), keyArns, where),
    },
    ...(providers.go === undefined
      ? []
      : [
          {
            name: "go",
            title: "Go",
            program: [providers.go],
            ownKeys: true,
            configuration: (keyArns, where) => materials("go", "", keyArns, where),
          } satisfies Contender,
        ]),
    byokAs("byok", [providers.byok]),
  ];
}

/** byok itself, written down for the floor. */
export function recorder(providers: Providers): Contender {
  return byokAs("recorder", [providers.recorder]);
}

/** byok itself, whose CPU profiles are written to the folder that BYOK_BENCH_PROFILE names. */
export function readable(providers: Providers): Contender {
  // Node 20 does not take these from NODE_OPTIONS.
  const profiling = ["--cpu-prof", "--cpu-prof-dir=$BYOK_BENCH_PROFILE"];
  return byokAs("readable", [process.execPath, ...profiling, providers.readable]);
}

function byokAs(name: "byok" | "recorder" | "readable", program: readonly string[]): Contender {
  return {
    name,
    title: name,
    program,
    ownKeys: true,
    configuration: (keyArns, where) => materials(name, byokBlock(where), keyArns, where),
  };
}

/** The file in a mirror from which Terraform installs a contender's provider. */
export function installed(mirror: string, name: string): string {
  const systems: Readonly<Record<string, string>> = { darwin: "darwin", linux: "linux", win32: "windows" };
  const processors: Readonly<Record<string, string>> = { arm64: "arm64", x64: "amd64" };
  const target = `${systems[process.platform]}_${processors[process.arch]}`;
  return join(mirror, "registry.terraform.io/byok", name, "0.1.0", target, `terraform-provider-${name}_v0.1.0`);
}

function byokBlock({ kmsUrl }: Surroundings): string {
  return `
  import_requests_per_second = 1000
  aws {
    region     = "${region}"
    access_key = "bench"
    secret_key = "bench"
    endpoint   = "${kmsUrl}"
  }
`;
}

function materials(name: string, block: string, keyArns: readonly string[], { materialFile }: Surroundings): string {
  return `terraform {
  backend "http" {}
  required_providers {
    byok = { source = "byok/${name}" }
  }
}
provider "byok" {${block}}
locals {
  keys = ${JSON.stringify(keyArns)}
}
resource "byok_imported_key_material" "it" {
  count               = ${keyArns.length}
  key_arn             = local.keys[count.index]
  key_material_source = "file:${materialFile}?encoding=raw"
}
`;
}
