import { CreateKeyCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import type { RequestMoment, WatchedRequest } from "../../src/emulator/index";
import { emulator } from "../support/emulator";
import { kmsClient } from "./support/kms";

describe("watching requests", () => {
  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)("tears the connection %s the effect where it is reported to", async (when, keys) => {
    const seen: [string, RequestMoment, boolean][] = [];
    const watch = async ({ operation, keyArn }: WatchedRequest, moment: RequestMoment) => {
      seen.push([operation, moment, keyArn !== undefined]);
      return operation === "CreateKey" && moment === when ? ("drop" as const) : undefined;
    };
    await using watched = await emulator({ onRequest: watch });
    const kms = kmsClient(watched);
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toThrow("socket hang up");
    expect((await kms.send(new ListKeysCommand({}))).Keys).toHaveLength(keys);
    kms.destroy();
    const created: typeof seen = when === "before" ? [] : [["CreateKey", "after", true]];
    expect(seen).toEqual([
      ["CreateKey", "before", false],
      ...created,
      ["ListKeys", "before", false],
      ["ListKeys", "after", false],
    ]);
    expect(watched.requests.all()[0]).toMatchObject({ operation: "CreateKey", status: 0 });
  });
});
