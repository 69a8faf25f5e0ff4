import { execFileSync } from "node:child_process";
import { completionCommand, shells } from "../../src/cli/completion";
import { program } from "../../src/cli/program";

function script(shell: string): string {
  let printed = "";
  const streams = { out: (text: string) => (printed += text), err: () => {}, exitCode: () => {} };
  completionCommand(program, streams).parse([shell], { from: "user" });
  return printed;
}

/** What bash offers after these words, the last of which is being written. */
function offered(...words: readonly string[]): readonly string[] {
  const ask = `
    eval "$SCRIPT"
    COMP_WORDS=(byok "$@"); COMP_CWORD=$#
    _byok
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { PATH: process.env["PATH"], SCRIPT: script("bash") };
  const printed = execFileSync("bash", ["--norc", "-uc", ask, "bash", ...words], { encoding: "utf8", env });
  return printed.split("\n").filter((line) => line !== "");
}

const verbs = program()
  .commands.map((command) => command.name())
  .toSorted();

describe("byok completion", () => {
  it("completes every command in bash", () => {
    expect(
      offered("")
        .filter((word) => !word.startsWith("-"))
        .toSorted(),
    ).toEqual([...verbs, "help"].toSorted());
    expect(offered("sta")).toEqual(["status"]);
    expect(offered("-")).toEqual(["--version", "--help"]);
    expect(offered("help", "fing")).toEqual(["fingerprint"]);
  });

  it("completes every option of every command in bash", () => {
    for (const command of program().commands) {
      const longs = command.options.flatMap(({ long }) => long ?? []);
      expect(new Set(offered(command.name(), "--"))).toEqual(new Set([...longs, "--help"]));
    }
    expect(offered("status", "arn:aws:kms", "--wi")).toEqual(["--within"]);
  });

  it("completes the choices of an option, and leaves other values to the names of files", () => {
    expect(offered("fingerprint", "--encoding", "")).toEqual(["raw", "hex", "base64", "pem", "der"]);
    expect(offered("fingerprint", "--key-spec", "ECC_SE")).toEqual(["ECC_SECG_P256K1"]);
    expect(offered("emulator", "--state", "")).toEqual([]);
    expect(offered("status", "--within", "")).toEqual([]);
    // Bash parts words at colons, so that what follows `file:` is a path by itself.
    expect(offered("fingerprint", "file", ":", "")).toEqual([]);
    expect(script("bash")).toContain("complete -o default -F _byok byok");
    expect(offered("completion", "").filter((word) => !word.startsWith("-"))).toEqual([...shells]);
  });

  it.each(["zsh", "fish"])("has every command and option in the script for %s", (shell) => {
    const printed = script(shell);
    for (const command of program().commands) {
      expect(printed).toContain(command.name());
      for (const { long, argChoices = [] } of command.options) {
        expect(printed).toContain(shell === "fish" ? `-l ${long?.slice(2)} ` : `${long}[`);
        expect(printed).toContain(argChoices.join(" "));
      }
    }
  });

  it("knows no other shell", () => {
    const command = completionCommand(program)
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    expect(() => command.parse(["tcsh"], { from: "user" })).toThrow(/Allowed choices are bash, zsh, fish/);
  });
});
