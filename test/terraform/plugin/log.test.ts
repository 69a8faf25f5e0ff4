import { jsonLog, logLevel } from "../../../src/terraform/plugin/log";

function written(level: Parameters<typeof jsonLog>[0]["level"]): { lines: string[]; log: ReturnType<typeof jsonLog> } {
  const lines: string[] = [];
  const now = (): Date => new Date("2026-01-02T03:04:05.678Z");
  return { lines, log: jsonLog({ level, module: "provider.acme", now, write: (line) => lines.push(line) }) };
}

describe("the log", () => {
  it("writes lines that the host takes apart: six digits of time, fields beside", () => {
    const { lines, log } = written("trace");
    log.warn("careful\nnow", { attempt: 2 });
    expect(lines).toEqual([
      '{"attempt":2,"@level":"warn","@message":"careful\\nnow","@module":"provider.acme","@timestamp":"2026-01-02T03:04:05.678000Z"}\n',
    ]);
  });

  it("leaves out what is below its level", () => {
    const { lines, log } = written("warn");
    for (const level of ["trace", "debug", "info", "warn", "error"] as const) log[level](level);
    expect(lines.map((line) => /"@level":"(\w+)"/.exec(line)?.[1])).toEqual(["warn", "error"]);
    const silent = written(null);
    silent.log.error("x");
    expect(silent.lines).toEqual([]);
  });

  it.each([
    [{}, null],
    [{ TF_LOG: "DEBUG" }, "debug"],
    [{ TF_LOG: "json" }, "trace"],
    [{ TF_LOG: "off" }, null],
    [{ TF_LOG: "nonsense" }, null],
    [{ TF_LOG: "trace", TF_LOG_PROVIDER: "warn" }, "warn"],
    [{ TF_LOG_PROVIDER: "info", TF_LOG_PROVIDER_ACME_CLOUD: "error" }, "error"],
    [{ TF_LOG: "info", TF_LOG_PROVIDER: "" }, "info"],
  ])("is as talkative as %j asks for", (environment, level) => {
    expect(logLevel(environment, "acme-cloud")).toBe(level);
  });
});
