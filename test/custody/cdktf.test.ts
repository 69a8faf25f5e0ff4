import { mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { cdktfCli } from "../cdktf/cdktf-cli";
import { mirrorConfiguration, terraformCommand } from "../cdktf/terraform-command";
import { type Life, startLife, testRegion } from "../support/life";
import { complete, reportSearch } from "./figures";
import { type Front, front } from "./front";
import { type Materials, materials } from "./materials";
import { type Ran, Room } from "./room";

jest.setTimeout(1_500_000);

const root = join(__dirname, "../..");

/** An app whose materials are given by a variable; `literal` writes the bytes where they must not be. */
const app = `
  const { App, TerraformStack } = require("cdktf");
  const { ByokProvider, ExternalKey, ImportedKeyMaterial, KeyMaterialVariable } = require("byok/cdktf");
  const { materials, endpoint, literal } = JSON.parse(process.env.PROGRAM);
  const app = new App();
  const stack = new TerraformStack(app, "keys");
  new ByokProvider(stack, "byok", {
    importRequestsPerSecond: 1000,
    aws: { region: "${testRegion}", accessKey: "AKIAENGINE", secretKey: "engine", endpoint },
  });
  const bytes = new KeyMaterialVariable(stack, "bytes");
  for (const { name, keySpec, source } of materials) {
    const key = new ExternalKey(stack, name, { keySpec });
    const how = source ? { keyMaterialSource: source } : { keyMaterial: literal ? process.env.LITERAL : bytes.stringValue };
    new ImportedKeyMaterial(stack, name + "-material", { key, validFor: "90d", ...how });
  }
  app.synth();
`;

describe("CDKTF's CLI with the constructs", () => {
  let room: Room;
  let life: Life;
  let kms: Front;
  let given: Materials;
  let cli: string;
  const flows: string[] = [];

  beforeAll(async () => {
    room = await Room.open();
    life = await startLife();
    kms = await front(life.kms.url);
    cli = await cdktfCli();
    given = await materials(room);
    await terraformCommand(room.path("given", "bin"));
    await writeFile(room.path("home", "cli.tfrc"), mirrorConfiguration());
    const modules = room.path("work", "node_modules");
    await mkdir(modules);
    await symlink(root, join(modules, "byok"));
    for (const name of ["cdktf", "constructs"]) await symlink(join(root, "node_modules", name), join(modules, name));
    await writeFile(room.path("work", "main.js"), app);
    const project = { language: "typescript", app: "node main.js", projectId: "custody", sendCrashReports: "false" };
    await writeFile(room.path("work", "cdktf.json"), JSON.stringify(project));
  });
  afterAll(async () => {
    await kms.close();
    await life.close();
    await room.close();
  });

  async function run(flow: string, args: readonly string[], bytes = given.inline, literal = false): Promise<Ran> {
    flows.push(flow);
    return room.run("cdktf", args, {
      env: {
        PATH: [room.path("given", "bin"), cli, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
        TF_CLI_CONFIG_FILE: room.path("home", "cli.tfrc"),
        TF_LOG: "trace",
        TF_LOG_PATH: room.path("logs", "terraform.log"),
        CDKTF_LOG_LEVEL: "all",
        CDKTF_LOG_FILE_DIRECTORY: room.path("logs"),
        CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1",
        CHECKPOINT_DISABLE: "1",
        DISABLE_VERSION_CHECK: "true",
        CI: "true",
        PROGRAM: JSON.stringify({ materials: given.all, endpoint: kms.url, literal }),
        ...given.variables,
        ...room.variable("TF_VAR_bytes", bytes),
        ...(literal ? room.variable("LITERAL", bytes) : {}),
      },
    });
  }

  async function expectEnd(
    well: boolean,
    flow: string,
    args: readonly string[],
    bytes?: string,
    literal?: boolean,
  ): Promise<string> {
    const { exitCode, output } = await run(flow, args, bytes, literal);
    if ((exitCode === 0) !== well) throw new Error(`${flow} ended with ${exitCode}:\n${output.slice(-5000)}`);
    return output;
  }

  const deploy = ["deploy", "keys", "--auto-approve", "--skip-provider-lock"];

  it("leaves no byte in cdktf.out, states, logs, outputs or processes", async () => {
    await expectEnd(true, "synth", ["synth"]);
    await expectEnd(true, "deploy", deploy);
    life.kms.clock.advance("91d");
    life.kms.faults.add({
      operation: "ImportKeyMaterial",
      kind: "error",
      code: "InvalidCiphertextException",
      times: 999,
    });
    await expectEnd(false, "deploy with a failing import", deploy);
    life.kms.faults.clear();
    const literal = room.canary("literal").toString("base64");
    expect(await expectEnd(false, "a literal is refused by the synthesis", ["synth"], literal, true)).toContain(
      "literal text",
    );
    if (complete) {
      const other = room.canary("other bytes").toString("base64");
      await expectEnd(false, "other bytes", ["diff", "keys", "--skip-provider-lock"], other);
      kms.echo("ImportKeyMaterial");
      await expectEnd(false, "a service that says all that it was sent", deploy);
      kms.pass();
      await expectEnd(true, "deploy again", deploy);
      await expectEnd(true, "output", ["output", "keys", "--skip-synth"]);
      await expectEnd(true, "destroy", ["destroy", "keys", "--auto-approve", "--skip-provider-lock"]);
    }

    const searched = await room.search();
    reportSearch("cdktf", flows, room, searched);
    expect([...searched.artefacts.keys()]).toEqual(
      expect.arrayContaining(["cdktf.out", "Terraform state", "log file", "what a command was given"]),
    );
    expect(searched.leaks).toEqual([]);
  });
});
