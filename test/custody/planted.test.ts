import { isUtf8 } from "node:buffer";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { reportFigures } from "../support/figures";
import { type ArtefactKind, fileKinds, kindOfFile } from "./artefacts";
import { type EncodingName, encodingNames, onlyWhole, windowBytes, written } from "./encodings";
import { type ProcessWatch, watchProcesses } from "./processes";
import { Scan } from "./scan";

jest.setTimeout(300_000);

/** Throw-away bytes; without zeros, which no argument of a process can have. */
const bytes = Buffer.from([...randomBytes(64)].filter((byte) => byte !== 0).slice(0, 32));
// Half of it is text, so that enough is left where the other half is lost.
bytes.write("k3y!m4t3r1aL", 8);
const canary = { name: "planted", bytes };

/** Where an artefact of each kind lies, as the tools name it. */
const places: Readonly<Record<string, string>> = {
  "lock file of providers": "work/.terraform.lock.hcl",
  "backup of a Terraform state": "work/terraform.tfstate.backup",
  "state that could not be written": "work/errored.tfstate",
  "Terraform state": "work/terraform.tfstate",
  "saved plan": "work/a.tfplan",
  "crash report": "work/crash.1.log",
  "diagnostic report of Node": "work/report.20300101.120000.1.0.001.json",
  "event log of Pulumi": "work/events.json",
  "history of a stack": "work/state/.pulumi/history/fixture/test/1.history.json",
  "backup of a stack": "work/state/.pulumi/backups/test/1.json",
  "checkpoint of a stack": "work/state/.pulumi/stacks/fixture/test.json",
  "exported stack": "work/export.json",
  "log of Pulumi's engine": "temporary/pulumi.host.user.log.INFO.20300101-120000.1",
  "cdktf.out": "work/cdktf.out/stacks/keys/cdk.tf.json",
  "log file": "work/trace.log",
  "what a command was given": "children/1.txt",
  "state of the embedded KMS": "work/emulator-state.json",
  "compressed file": "temporary/core.gz",
  "temporary file": "temporary/scratch",
  "file of the home folder": "home/.config/tool/history",
  "file of the working folder": "work/main.tf",
};

/** How the artefact carries the bytes: as what stands around them, or compressed. */
const carriers = {
  bare: (leak) => leak,
  "in text": (leak) => Buffer.concat([Buffer.from(`{ "value": "`), leak, Buffer.from(`" }\n`)]),
  "in a long line": (leak) => Buffer.concat([randomBytes(20_000), leak, randomBytes(20_000)]),
  gzip: (leak) => gzipSync(Buffer.concat([Buffer.alloc(5000, "some text "), leak])),
  zlib: (leak) => Buffer.concat([Buffer.from("head"), deflateSync(leak), Buffer.from("tail")]),
  "file of an archive": (leak) => zip(Buffer.concat([Buffer.alloc(5000, "some text "), leak])),
  "archive in an archive": (leak) => zip(gzipSync(leak)),
  "base64 of gzip": (leak) => Buffer.from(`"${gzipSync(leak).toString("base64")}"`),
  "broken lines": (leak) => Buffer.from(leak.toString("latin1").replaceAll(/.{7}/gs, "$&\n  "), "latin1"),
  colours: (leak) => Buffer.from(leak.toString("latin1").replaceAll(/.{9}/gs, "$&\u001b[31m\n"), "latin1"),
} as const satisfies Record<string, (leak: Buffer) => Buffer>;

type Carrier = keyof typeof carriers;

/** Blanks and control signs are part of these, so breaking them apart makes something else of them. */
const unbreakable: readonly EncodingName[] = encodingNames.filter((name) =>
  /[^!-~]|\\[nrt]/.test(written(bytes, name).toString("latin1")),
);

const figures: Record<string, string | number> = { encodings: encodingNames.length };
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "custody-planted-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));
afterAll(() => reportFigures("custody-planted", "npm run test:custody", figures));

async function scanned(): Promise<Scan> {
  const scan = new Scan([canary]);
  await scan.folder(root);
  return scan;
}

async function plant(path: string, content: Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

it("sees a leak in every encoding in every kind of file", async () => {
  expect(Object.keys(places).sort()).toEqual([...fileKinds, "file of the working folder"].sort());
  const planted = new Map<string, ArtefactKind>();
  let number = 0;
  for (const place of Object.values(places)) {
    for (const encoding of encodingNames) {
      number += 1;
      // Its own folder keeps the name, by which its kind is known.
      const [top = "", ...rest] = place.split("/");
      const path = [top, String(number), ...rest].join("/");
      await plant(path, carriers[carrierFor(place)](written(bytes, encoding, number % 5)));
      planted.set(path, kindOfFile(place));
    }
  }
  const { leaks } = (await scanned()).report();
  const found = new Map(leaks.map(({ name, kind }) => [name, kind]));
  expect([...planted].filter(([path]) => !found.has(path))).toEqual([]);
  expect([...planted].filter(([path, kind]) => found.get(path) !== kind)).toEqual([]);
  figures["kinds of file"] = Object.keys(places).length;
  figures["leaks planted in files, each kind in each encoding"] = planted.size;
  figures["of them found"] = [...planted.keys()].filter((path) => found.has(path)).length;
});

it("sees a leak however it is carried, and tells how it is written", async () => {
  const planted = new Map<string, EncodingName>();
  for (const carrier of Object.keys(carriers).filter(isCarrier)) {
    for (const encoding of encodingNames) {
      if ((carrier === "broken lines" || carrier === "colours") && unbreakable.includes(encoding)) continue;
      const path = join("temporary", `${carrier}-${encodingNames.indexOf(encoding)}`);
      await plant(path, carriers[carrier](written(bytes, encoding)));
      planted.set(path, encoding);
    }
  }
  const { leaks } = (await scanned()).report();
  const contents = (path: string) => leaks.filter(({ name }) => name === path).map(({ encoding }) => encoding);
  expect([...planted.keys()].filter((path) => contents(path).length === 0)).toEqual([]);
  const bare = [...planted].filter(([path]) => path.includes("bare-"));
  // Where no sign has to be escaped, several encodings write the same.
  const mistold = bare.filter(([path, encoding]) => !contents(path).some((name) => sameText(name, encoding)));
  expect(mistold).toEqual([]);
  figures["ways to carry them"] = Object.keys(carriers).length;
  figures["leaks planted in files, carried in each way in each encoding"] = planted.size;
  figures["of those found"] = [...planted.keys()].filter((path) => contents(path).length > 0).length;
});

it(`sees any ${windowBytes} bytes in a row`, async () => {
  const planted: string[] = [];
  for (const encoding of encodingNames.filter((name) => !onlyWhole.includes(name))) {
    for (let start = 0; start + windowBytes <= bytes.length; start += 1) {
      const path = join("temporary", `${encodingNames.indexOf(encoding)}-${start}`);
      const part = written(bytes.subarray(start, start + windowBytes), encoding, start % 5);
      await plant(path, Buffer.concat([Buffer.from("~~"), part, Buffer.from("~~")]));
      planted.push(path);
    }
  }
  const found = new Set((await scanned()).report().leaks.map(({ name }) => name));
  expect(planted.filter((path) => !found.has(path))).toEqual([]);
  figures[`partial leaks of ${windowBytes} bytes planted`] = planted.length;
  figures["of the partial ones found"] = planted.filter((path) => found.has(path)).length;
});

it("sees a leak behind a hole, across pieces, in a file's name and in what a link points to", async () => {
  await mkdir(join(root, "temporary"), { recursive: true });
  const sparse = await open(join(root, "temporary", "sparse"), "w");
  await sparse.write(bytes, 0, bytes.length, (1 << 27) + 12_345);
  await sparse.close();
  // Half before and half after the end of a piece.
  const across = await open(join(root, "temporary", "across"), "w");
  await across.write(Buffer.from(bytes.toString("hex")), 0, 64, (1 << 22) - 32);
  await across.close();
  await writeFile(join(root, "temporary", bytes.toString("base64url")), "");
  await symlink(bytes.toString("hex"), join(root, "temporary", "link"));
  const found = (await scanned()).report().leaks.map(({ kind, name, encoding }) => `${kind}: ${name}: ${encoding}`);
  const expected = [
    "temporary file: temporary/across: hex, lower case",
    "temporary file: temporary/sparse: raw",
    `name of a file: temporary/${bytes.toString("base64url")}: base64url`,
    "name of a file: temporary/link: hex, lower case",
  ];
  expect(found.map((line) => line.replace(/: base64$/, ": base64url"))).toEqual(expect.arrayContaining(expected));
  figures["leaks planted in a sparse file, across pieces, in a name, in a link"] = expected.length;
  figures["of them seen"] = expected.length;
});

it("sees a leak on the streams, in the arguments and in the environment of a child", async () => {
  const contents = encodingNames.map((encoding) => written(bytes, encoding));
  // Arguments and variables are text without zeros; bytes that are no text become it as latin1.
  const texts = contents.map((content) => content.toString(isUtf8(content) ? "utf8" : "latin1"));
  const possible = [...new Set(texts.filter((text) => !text.includes("\0")))];
  const watch = watchProcesses();
  try {
    const environment = Object.fromEntries(possible.map((text, index) => [`LEAK_${index}`, text]));
    await lived(watch, possible, { PATH: process.env["PATH"] ?? "", ...environment });
  } finally {
    watch.stop();
  }
  const scan = new Scan([canary]);
  for (const { args, environment } of watch.seen()) {
    for (const arg of args) scan.content({ kind: "arguments of a process", name: arg }, Buffer.from(arg, "latin1"));
    for (const entry of environment) {
      scan.content({ kind: "environment of a process", name: entry }, Buffer.from(entry, "latin1"));
    }
  }
  for (const [index, content] of contents.entries()) {
    for (const kind of ["standard output", "standard error", "answer of the embedded KMS"] as const) {
      scan.content({ kind, name: String(index) }, content);
    }
  }
  const count = (kind: ArtefactKind): number =>
    new Set(scan.report().leaks.flatMap((leak) => (leak.kind === kind ? [leak.name] : []))).size;
  expect(count("standard output")).toBe(contents.length);
  expect(count("standard error")).toBe(contents.length);
  expect(count("answer of the embedded KMS")).toBe(contents.length);
  figures["leaks planted on streams and in answers"] = 3 * contents.length;
  figures["of those on streams found"] =
    count("standard output") + count("standard error") + count("answer of the embedded KMS");
  // Only Linux shows processes in this way.
  if (process.platform !== "linux") return;
  expect(count("arguments of a process")).toBe(possible.length);
  expect(count("environment of a process")).toBe(possible.length);
  figures["leaks planted in arguments and environments of processes"] = 2 * possible.length;
  figures["of those in processes found"] = count("arguments of a process") + count("environment of a process");
});

it("finds nothing where nothing is", async () => {
  for (const [number, place] of Object.values(places).entries()) {
    await plant(join(dirname(place), String(number)), carriers[carrierFor(place)](randomBytes(100_000)));
    // One byte less than a leak, in every encoding, and what others have.
    for (const encoding of encodingNames) {
      const others = [bytes.subarray(0, windowBytes - 3), randomBytes(32)].map((part) => written(part, encoding));
      await plant(join(dirname(place), `${number}-${encodingNames.indexOf(encoding)}`), Buffer.concat(others));
    }
  }
  const report = (await scanned()).report();
  expect(report.leaks).toEqual([]);
  expect(report.files).toBe(Object.keys(places).length * (encodingNames.length + 1));
  figures["files without a leak"] = report.files;
  figures["leaks reported in them"] = report.leaks.length;
});

function carrierFor(place: string): Carrier {
  if (place.endsWith(".tfplan")) return "file of an archive";
  return place.endsWith(".gz") ? "gzip" : "in text";
}

function isCarrier(name: string): name is Carrier {
  return name in carriers;
}

function sameText(one: EncodingName, other: EncodingName): boolean {
  if (one === other) return true;
  const text = written(bytes, other).toString("latin1");
  // A piece that both write alike was found first under the other's name.
  const length = written(bytes.subarray(0, windowBytes), one).length;
  const alike = written(bytes, one).toString("latin1");
  return Array.from({ length: alike.length }, (_, start) => alike.slice(start, start + length - 2)).some((piece) =>
    text.includes(piece),
  );
}

/** An archive of one deflated file, with its central directory left out as in one that was cut off. */
function zip(content: Buffer): Buffer {
  const name = Buffer.from("tfplan");
  const deflated = deflateRawSync(content);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(deflated.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name, deflated]);
}

/** Lets a child live until the watch has seen it. */
async function lived(watch: ProcessWatch, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()", "--", ...args], {
    env,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    const look = setInterval(() => {
      const seen = watch.seen().some(({ pid, args: [, ...rest] }) => pid === child.pid && rest.length > args.length);
      if (!seen && process.platform === "linux") return;
      clearInterval(look);
      resolve();
    }, 5);
  });
  child.stdin.end();
  await ended;
}
