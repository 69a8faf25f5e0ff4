import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { providerProperty } from "../../pulumi/provider/props";
import { scriptedServer } from "../kms/aws/scripted-server";
import { project } from "../pulumi/support/project";
import { providerProcess } from "../pulumi/support/provider-process";
import { registeredBy } from "../pulumi/support/serialised";
import { certificate } from "../support/certificate";
import { providerAddresses } from "../support/byok-terraform";
import { emulator } from "../support/emulator";
import { reportFigures } from "../support/figures";
import { Workspace } from "../support/terraform";
import { terraformBinary } from "../support/terraform-binary";

// Anyone who can set a variable, or write into a home, must not be able to lead requests to a host of his own. The address
// 0.0.0.0 plays that host: it leads to this machine and is none of its loopback addresses. The trap there counts
// connections, so that not even a handshake goes unnoticed.

const kinds = {
  aws: { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "eu-central-1" },
  alibaba: {
    ALIBABA_CLOUD_ACCESS_KEY_ID: "LTAI",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret",
    ALIBABA_CLOUD_REGION: "cn-hangzhou",
  },
  qkms: { QKMS_ACCESS_KEY_ID: "Q", QKMS_SECRET_ACCESS_KEY: "secret" },
} as const;

type Kms = keyof typeof kinds;

interface Attack {
  readonly kms: Kms;
  readonly what: string;
  /** Given the trap's address without a scheme. */
  readonly env?: (at: string) => Record<string, string>;
  /** Files in the home. */
  readonly files?: (at: string) => Record<string, string>;
  /** Without the credentials of the table above. */
  readonly noCredentials?: true;
}

const attacks: readonly Attack[] = [
  { kms: "aws", what: "AWS_ENDPOINT_URL", env: (at) => ({ AWS_ENDPOINT_URL: `http://${at}` }) },
  { kms: "aws", what: "AWS_ENDPOINT_URL_KMS by HTTPS", env: (at) => ({ AWS_ENDPOINT_URL_KMS: `https://${at}` }) },
  { kms: "aws", what: "AWS_ENDPOINT_URL_STS", env: (at) => ({ AWS_ENDPOINT_URL_STS: `https://${at}` }) },
  {
    kms: "aws",
    what: "a host that only looks like AWS's",
    env: (at) => ({ AWS_ENDPOINT_URL_KMS: `https://kms.eu-central-1.amazonaws.com@${at}` }),
  },
  {
    kms: "aws",
    what: "endpoint_url of the profile",
    files: (at) => ({ ".aws/config": `[default]\nendpoint_url = https://${at}\n` }),
  },
  {
    kms: "aws",
    what: "endpoint_url of the services section",
    files: (at) => ({
      ".aws/config": `[default]\nservices = s\n[services s]\nkms =\n  endpoint_url = https://${at}\n`,
    }),
  },
  {
    kms: "aws",
    what: "the address of the instance's metadata service",
    env: (at) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${at}`, AWS_REGION: "eu-central-1" }),
    noCredentials: true,
  },
  {
    kms: "aws",
    what: "the address of the metadata service in the profile",
    env: () => ({ AWS_REGION: "eu-central-1" }),
    files: (at) => ({ ".aws/config": `[default]\nec2_metadata_service_endpoint = http://${at}\n` }),
    noCredentials: true,
  },
  {
    kms: "aws",
    what: "the address of a container's credentials",
    env: (at) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${at}/c`, AWS_REGION: "eu-central-1" }),
    noCredentials: true,
  },
  {
    kms: "aws",
    what: "the address of a container's credentials by HTTPS",
    env: (at) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `https://${at}/c`, AWS_REGION: "eu-central-1" }),
    noCredentials: true,
  },
  {
    kms: "alibaba",
    what: "ALIBABA_CLOUD_KMS_ENDPOINT",
    env: (at) => ({ ALIBABA_CLOUD_KMS_ENDPOINT: `https://${at}` }),
  },
  {
    kms: "alibaba",
    what: "ALIBABA_CLOUD_STS_ENDPOINT",
    env: (at) => ({ ALIBABA_CLOUD_STS_ENDPOINT: `https://${at}` }),
  },
  {
    kms: "alibaba",
    what: "ALIBABA_CLOUD_CREDENTIALS_URI",
    env: (at) => ({ ALIBABA_CLOUD_CREDENTIALS_URI: `https://${at}/c`, ALIBABA_CLOUD_REGION: "cn-hangzhou" }),
    noCredentials: true,
  },
  { kms: "qkms", what: "QKMS_ENDPOINT_URL", env: (at) => ({ QKMS_ENDPOINT_URL: `https://${at}` }) },
];

/** One for each KMS: starting this process takes long, and it settles endpoints as the other one does. */
const viaPulumi = ["AWS_ENDPOINT_URL", "ALIBABA_CLOUD_KMS_ENDPOINT", "QKMS_ENDPOINT_URL"];

const executable = resolve("dist/terraform-provider-byok");
const figures = { attempts: 0, connections: 0 };

afterAll(() => {
  reportFigures("hostile-endpoint", "jest test/hostile", {
    "ways to lead requests elsewhere tried on a provider's process": figures.attempts,
    "connections that the other host saw": figures.connections,
  });
});

describe("a hostile endpoint from the environment", () => {
  let trap: Trap;
  let folder: string;
  beforeAll(async () => {
    trap = await opened();
    folder = mkdtempSync(join(tmpdir(), "byok-home-"));
  });
  afterAll(async () => {
    await trap.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => trap.reset());

  const told = (connections: number): void => {
    figures.attempts += 1;
    figures.connections += connections;
    expect(connections).toBe(0);
  };

  it("would be noticed", async () => {
    await touched(trap.at);
    expect(trap.connections()).toBe(1);
  });

  describe("of Terraform's provider", () => {
    it.each(attacks)("gets nothing: $what ($kms)", async ({ kms, env, files, noCredentials }) => {
      const home = homeWith(files?.(trap.at) ?? {});
      const { output, exitCode } = await applied(kms, "", {
        ...(noCredentials === true ? {} : kinds[kms]),
        ...env?.(trap.at),
        HOME: home,
      });
      expect(exitCode).toBe(1);
      expect(output).toContain("[endpoint_not_allowed]");
      told(trap.connections());
    });

    it("is no proxy either", async () => {
      await using kms = await emulator({ region: "eu-central-1" });
      const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
      const proxies = Object.fromEntries(names.map((name) => [name, `http://${trap.at}`]));
      const settings = `region = "eu-central-1"\n endpoint = "${kms.url}"`;
      const { exitCode, output } = await applied("aws", settings, { ...kinds.aws, ...proxies, NO_PROXY: "" });
      expect([exitCode, output]).toEqual([0, expect.any(String)]);
      expect(kms.requests.all().length).toBeGreaterThan(0);
      told(trap.connections());
    });

    it.each<[Kms, (url: string) => Record<string, string>]>([
      ["aws", (url) => ({ AWS_ENDPOINT_URL_KMS: url, AWS_ENDPOINT_URL_STS: url })],
      ["alibaba", (url) => ({ ALIBABA_CLOUD_KMS_ENDPOINT: url })],
      ["qkms", (url) => ({ QKMS_ENDPOINT_URL: url })],
    ])("must show who it is, in spite of NODE_TLS_REJECT_UNAUTHORIZED=0: %s", async (kms, env) => {
      await using impostor = await scriptedServer((_request, response) => response.end("{}"), certificate());
      const variables = { ...kinds[kms], ...env(impostor.url), NODE_TLS_REJECT_UNAUTHORIZED: "0" };
      const { exitCode, output } = await applied(kms, "", variables);
      expect(exitCode).toBe(1);
      expect(output.replaceAll(/[\s│]+/g, " ")).toContain("could not be verified");
      told(impostor.requests.length);
    });
  });

  it("gets nothing from Pulumi's process for dynamic providers", async () => {
    const made = await project("linked");
    const at = made.folder;
    try {
      const [registered] = await registeredBy(
        at,
        'const { ExternalKey } = require("byok/pulumi"); new ExternalKey("payments", {});',
      );
      const text = registered?.inputs[providerProperty];
      for (const { kms, env } of attacks.filter(({ what }) => viaPulumi.includes(what))) {
        const provider = await providerProcess(at, { HOME: folder, ...kinds[kms], ...env?.(trap.at) }, {});
        try {
          const created = provider.methods("ExternalKey").create({ [providerProperty]: text, kms });
          await expect(created).rejects.toThrow(/endpoint/i);
        } finally {
          await provider.close();
        }
        told(trap.connections());
      }
    } finally {
      await made.remove();
    }
  }, 120_000);

  function homeWith(files: Readonly<Record<string, string>>): string {
    const home = mkdtempSync(join(folder, "home-"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
    }
    return home;
  }

  /** `terraform apply` of one key with the executable that is shipped. */
  async function applied(
    kms: Kms,
    awsSettings: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<{ readonly exitCode: number; readonly output: string }> {
    const devOverrides = Object.fromEntries(providerAddresses.map((address) => [address, dirname(executable)]));
    const workspace = await Workspace.create({
      terraform: await terraformBinary(),
      provider: { devOverrides },
      environment,
    });
    try {
      await workspace.write(`
        terraform {
          required_providers {
            byok = { source = "byok/byok" }
          }
        }
        provider "byok" {
          ${awsSettings === "" ? "" : `aws {\n ${awsSettings}\n }`}
        }
        resource "byok_external_key" "it" {
          kms = "${kms}"
          timeouts {
              create = "20s"
            }
        }
      `);
      const { exitCode, stdout, stderr } = await workspace.run(["apply", "-auto-approve", "-input=false", "-no-color"]);
      return { exitCode, output: stdout + stderr };
    } finally {
      await workspace.remove();
    }
  }
});

interface Trap {
  /** Host and port. */
  readonly at: string;
  readonly connections: () => number;
  reset(): void;
  close(): Promise<void>;
}

async function opened(): Promise<Trap> {
  let count = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    count += 1;
    open.add(socket);
    socket.on("error", () => undefined);
    socket.destroy();
  });
  await new Promise<void>((settle) => {
    server.listen(0, "127.0.0.1", settle);
  });
  const address = server.address();
  return {
    at: `0.0.0.0:${typeof address === "object" && address !== null ? address.port : 0}`,
    connections: () => count,
    reset: () => {
      count = 0;
    },
    close: () =>
      new Promise((settle) => {
        for (const socket of open) socket.destroy();
        server.close(() => settle());
      }),
  };
}

function touched(at: string): Promise<void> {
  const [host = "", port] = at.split(":");
  return new Promise((settle, reject) => {
    const socket = connect(Number(port), host, () => socket.end());
    socket.on("close", () => settle());
    socket.on("error", reject);
    socket.resume();
  });
}
