import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, normalize, relative, resolve } from "node:path";

const root = join(__dirname, "..");

/** What of the engine only says how things are called, shaped and bounded. */
const pureTables = [
  "src/engine/defined.ts",
  "src/engine/errors.ts",
  "src/engine/fingerprint.ts",
  "src/engine/ignored-tags.ts",
  "src/engine/key-offer.ts",
  "src/engine/key-spec.ts",
  "src/engine/kms-profile.ts",
  "src/engine/lifetime.ts",
  "src/engine/operation-timeout.ts",
  "src/engine/reserved-tag.ts",
  "src/engine/table.ts",
  "src/engine/wrapping-algorithm.ts",
  "src/engine/wrapping-choice.ts",
  "src/engine/wrapping-key.ts",
];

interface Rule {
  readonly rooms: readonly string[];
  readonly packages: readonly string[];
  /** A room within this one, which has a stricter rule of its own and packages that the rest may not use. */
  readonly without?: string;
}

/** Which rooms of the code may import which others, and which packages; a room is a folder. */
const rooms: Readonly<Record<string, Rule>> = {
  "src/engine": { rooms: [], packages: ["node:crypto"] },
  // What arguments and results are, for every face.
  "src/definitions": {
    rooms: [
      ...pureTables,
      // The engine's words for a key, on the way in and out.
      ...["instant", "key", "key-assessment", "key-record"].map((file) => `src/engine/${file}.ts`),
      // The list of clouds, which loads none of them.
      "src/kms/clouds.ts",
    ],
    packages: [],
  },
  // The files of a key ceremony: bytes in, bytes out.
  "src/ceremony": { rooms: ["src/engine"], packages: ["node:crypto"] },
  // How requests are sent, for KMSs and for stores that hold key material.
  "src/http": { rooms: ["src/engine"], packages: ["node:*"] },
  "src/material-sources": {
    // Of the child that calls modules only what it is asked and how it is started: nothing of it runs here.
    rooms: [
      "src/ceremony",
      "src/engine",
      "src/http",
      "src/system-clock.ts",
      ...["child-command", "fault", "messages", "uri"].map((file) => `src/pkcs11/${file}.ts`),
    ],
    packages: ["node:*"],
  },
  // A program of its own, which calls a vendor's module and knows neither a KMS nor where else bytes come from.
  "src/pkcs11": { rooms: ["src/engine"], packages: ["node:*"] },
  "src/kms": { rooms: ["src/definitions", "src/engine", "src/http"], packages: ["node:*", "@aws-sdk/*", "@smithy/*"] },
  "src/emulator": { rooms: [], packages: ["node:*"] },
  "src/terraform/plugin": {
    rooms: [],
    packages: ["node:*", "@bufbuild/protobuf", "@bufbuild/protobuf/*", "@msgpack/msgpack", "@connectrpc/*", "@grpc/*"],
  },
  // The provider is bundled into one file, and the host of a plugin is all that it talks to besides the KMSs.
  "src/terraform": {
    rooms: ["src/definitions", "src/engine", "src/kms", "src/material-sources", "src/pkcs11", "src/system-clock.ts"],
    packages: [],
    without: "src/terraform/plugin",
  },
  // What a program loads, and in its folder what Pulumi's provider process loads in its place.
  pulumi: {
    rooms: ["src/definitions", "src/engine", "src/material-sources", "src/kms", "src/system-clock.ts"],
    packages: ["node:crypto", "@pulumi/pulumi", "byok/pulumi/provider"],
  },
  "pulumi/provider": {
    rooms: ["src/definitions", "src/engine", "src/material-sources", "src/kms", "src/system-clock.ts"],
    packages: ["node:*"],
  },
  // Constructs, which need neither a cloud's SDK nor Pulumi: of the rest only tables and grammars.
  cdktf: {
    rooms: [...pureTables, "src/definitions", "src/kms/clouds.ts", "src/kms/setting.ts"],
    packages: ["node:crypto", "node:path", "constructs", "cdktf"],
  },
  "src/cli": {
    rooms: [
      ...["src/ceremony", "src/definitions", "src/engine", "src/material-sources", "src/kms", "src/emulator"],
      ...["src/pkcs11", "src/system-clock.ts"],
    ],
    packages: ["node:*", "commander"],
  },
};

interface Import {
  readonly from: string;
  readonly what: string;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const statements = text.matchAll(
    /^(?:import|export)\b[^;"]*?\bfrom\s+"([^"]+)"|^import "([^"]+)"|\b(?:import|require)\("([^"]+)"\)/gm,
  );
  return [...statements].map(([, ...whats]) => ({ from: file, what: whats.find((what) => what !== undefined) ?? "" }));
}

/** What a relative import names, from the root of the project and without an extension. */
function targetOf(from: string, what: string): string {
  return normalize(join(from, "..", what));
}

/** What each file imports of the others, types included. */
function importsAmong(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const all = new Set(files);
  return new Map(
    files.map((file) => {
      const targets = importsOf(file)
        .filter(({ what }) => what.startsWith("."))
        .flatMap(({ what }) => [`${targetOf(file, what)}.ts`, `${targetOf(file, what)}/index.ts`]);
      return [file, targets.filter((target) => all.has(target))];
    }),
  );
}

/** Files that import each other, be it by way of others: `a.ts`, `b.ts` and again `a.ts`. Empty where none do. */
function circle(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const left = new Map(imports);
  const next = (file: string): string | undefined => left.get(file)?.find((one) => left.has(one));
  // Once everything is gone that imports nothing which is left, anyone who stays imports somebody who stays.
  let ends: readonly string[];
  do {
    ends = [...left.keys()].filter((file) => next(file) === undefined);
    for (const file of ends) left.delete(file);
  } while (ends.length > 0);
  const way: string[] = [];
  for (let [file] = left.keys(); file !== undefined; file = next(file)) {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    way.push(file);
  }
  return [];
}

function isAllowed(room: string, { from, what }: Import): boolean {
  const rule = rooms[room] ?? { rooms: [], packages: [] };
  if (!what.startsWith(".")) {
    const name = builtinModules.includes(what) ? `node:${what}` : what;
    return rule.packages.some((one) => (one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : name === one));
  }
  const target = targetOf(from, what);
  return [room, ...rule.rooms].some((one) => target === one.replace(/\.ts$/, "") || target.startsWith(`${one}/`));
}

/** What is loaded together with a file: all files of ours, and the packages that they name. Types are not loaded. */
function loadedWith(start: string): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const what of loadedBy(file)) {
      if (what.startsWith(".")) visit(relative(root, `${resolve(root, file, "..", what)}.ts`));
      else packages.add(builtinModules.includes(what) ? `node:${what}` : what);
    }
  };
  visit(start);
  return { files, packages };
}

function loadedBy(file: string): readonly string[] {
  const text = readFileSync(join(root, file), "utf8");
  const statements = text.matchAll(/^(?:import|export)\s(?!type\b)([^;"]*?)\bfrom\s+"([^"]+)"|^import "([^"]+)"/gm);
  return [...statements].flatMap(([, names = "", from, bare]) => {
    const [, listed] = /^\{([^}]*)\}\s*$/.exec(names) ?? [];
    const words = listed?.split(",").flatMap((name) => name.trim() || []) ?? [];
    const areTypes = words.length > 0 && words.every((name) => name.startsWith("type "));
    return areTypes ? [] : [from ?? bare ?? ""];
  });
}

/** The rooms of the documentation's drawing, by their names there; the first that a file lies in counts. */
const drawnRooms = {
  plugin: "src/terraform/plugin",
  terraform: "src/terraform",
  engine: "src/engine",
  definitions: "src/definitions",
  http: "src/http",
  sources: "src/material-sources",
  pkcs11: "src/pkcs11",
  kms: "src/kms",
  emulator: "src/emulator",
  cli: "src/cli",
  pulumi: "pulumi",
  cdktf: "cdktf",
  ceremony: "src/ceremony",
} as const;

function importsAmongDrawn(): readonly string[] {
  const roomOf = (file: string): string | undefined =>
    Object.entries(drawnRooms).find(([, folder]) => file.startsWith(`${folder}/`))?.[0];
  const arrows = ["src", "pulumi", "cdktf"].flatMap(filesBelow).flatMap((file) =>
    importsOf(file)
      .filter(({ what }) => what.startsWith("."))
      .flatMap(({ what }) => {
        const [from, to] = [roomOf(file), roomOf(targetOf(file, what))];
        return from === undefined || to === undefined || from === to ? [] : [`${from} -> ${to}`];
      }),
  );
  return [...new Set(arrows)];
}

describe("who may import whom", () => {
  it.each(Object.keys(rooms))("%s", (room) => {
    const { without } = rooms[room] ?? {};
    const files = filesBelow(room).filter((file) => without === undefined || !file.startsWith(`${without}/`));
    expect(files.length).toBeGreaterThan(0);
    const imports = files.flatMap(importsOf);
    expect(imports.filter((one) => !isAllowed(room, one))).toEqual([]);
  });

  it("lets one file name the construct library, so that another can take its place", () => {
    const users = filesBelow("cdktf")
      .flatMap(importsOf)
      .filter(({ what }) => what === "cdktf");
    expect(users.map(({ from }) => from)).toEqual(["cdktf/core.ts"]);
  });

  it("sees an import that is not allowed", () => {
    expect(isAllowed("src/engine", { from: "src/engine/x.ts", what: "node:fs" })).toBe(false);
    expect(isAllowed("src/engine", { from: "src/engine/x.ts", what: "../kms/aws/arn" })).toBe(false);
    expect(isAllowed("src/emulator", { from: "src/emulator/aws/x.ts", what: "../../engine/wrapping-algorithm" })).toBe(
      false,
    );
  });

  it("has no circle of imports, of types neither", () => {
    const imports = importsAmong(["src", "pulumi", "cdktf"].flatMap(filesBelow));
    expect([...imports.values()].flat().length).toBeGreaterThan(0);
    expect(circle(imports)).toEqual([]);
  });

  it("sees a circle", () => {
    const imports = new Map([
      ["first.ts", ["a.ts"]],
      ["a.ts", ["end.ts", "b.ts"]],
      ["b.ts", ["c.ts"]],
      ["c.ts", ["a.ts"]],
      ["end.ts", []],
    ]);
    expect(circle(imports)).toEqual(["a.ts", "b.ts", "c.ts", "a.ts"]);
    expect(circle(new Map([...imports, ["c.ts", ["end.ts"]]]))).toEqual([]);
    expect(circle(new Map([["a.ts", ["a.ts"]]]))).toEqual(["a.ts", "a.ts"]);
  });

  it("lets the engine have no clock or environment of its own", () => {
    const users = filesBelow("src/engine").filter((file) =>
      /Date\.now|new Date\(\)|process\.env|performance\.|setTimeout|console\./.test(
        readFileSync(join(root, file), "utf8"),
      ),
    );
    expect(users).toEqual([]);
  });

  it("lets the engine have randomness in three places alone, so that everything else can be computed again", () => {
    const randomness = /\brandom[A-Z]\w*\(|Math\.random|getRandomValues|\bgenerate(?:Key|Prime)\w*/;
    const users = filesBelow("src/engine").filter((file) => randomness.test(readFileSync(join(root, file), "utf8")));
    // The pauses between repetitions, where a caller gives none; the AES key of RSA_AES_KEY_WRAP, used once; and the wrapping
    // key of a rehearsal.
    expect(users.sort()).toEqual([
      "src/engine/retrying.ts",
      "src/engine/wrapping-algorithm.ts",
      "src/engine/wrapping-rehearsal.ts",
    ]);
  });

  it("is drawn in the documentation as the imports are", () => {
    const [, drawing = ""] = /```mermaid\n([^]*?)```/.exec(readFileSync(join(root, "docs/design.md"), "utf8")) ?? [];
    const arrows = [...drawing.matchAll(/^ *(\w+)(?:\[[^\]]*\])? -->(?:\|[^|]*\|)? (\w+)/gm)];
    const drawn = arrows.map(([, from, to]) => `${from} -> ${to}`);
    expect(drawn.length).toBeGreaterThan(10);
    expect(drawn.toSorted()).toEqual(importsAmongDrawn().toSorted());
  });
});

describe("what is loaded at the start", () => {
  it("by constructs is tables and grammars, which need no file and no network", () => {
    const { files, packages } = loadedWith("cdktf/index.ts");
    expect([...files]).toEqual(expect.arrayContaining(["src/kms/aws/cloud.ts", "src/kms/aws/profile.ts"]));
    expect([...packages].toSorted()).toEqual(["cdktf", "constructs", "node:crypto", "node:path"]);
  });

  it.each(["src/terraform/provider.ts", "src/index.ts", "pulumi/provider/index.ts", "src/cli/program.ts"])(
    "by %s is no SDK, and no connection to a KMS",
    (start) => {
      const { files, packages } = loadedWith(start);
      expect([...files]).toContain("src/kms/clouds.ts");
      expect([...packages].filter((name) => /^@(aws-sdk|smithy)\//.test(name))).toEqual([]);
      expect([...files].filter((file) => /^src\/kms\/[^/]+\/connection\.ts$/.test(file))).toEqual([]);
    },
  );
});
