import { connectionOf, connectionTable, kmsSettings } from "../../pulumi/provider/connection";
import { object, readArguments } from "../../pulumi/provider/shape";
import { clouds as knownClouds } from "../../src/kms/clouds";
import { paperCloud } from "../support/paper-cloud/cloud";

const clouds = [...knownClouds, paperCloud];
const clerk = { clerkName: "Ada", hoursPerDay: 8, stamps: ["received"] };

describe("a cloud that byok does not know, in a list with the others,", () => {
  const table = connectionTable(clouds);

  it("has an object of its settings, with secrets in the configuration only", () => {
    const configuration = {
      "byok:paper": JSON.stringify({ secretKey: "sesame", shelf: "north-wing", ink: "blue", keepers: [clerk] }),
    };
    const config = { get: (key: string) => Object.entries(configuration).find(([name]) => name === key)?.[1] };
    const { connection, failures } = connectionOf({ paper: { ink: "black", clerk } }, config, table);
    expect(failures).toEqual([]);
    expect(kmsSettings(connection, clouds)).toMatchObject({
      paper: { secretKey: "sesame", shelf: "north-wing", ink: "black", clerk, keepers: [clerk] },
    });
  });

  it("is looked at by the check", () => {
    const connection = {
      paper: { shelf: 5, ink: "red", secretKey: "sesame", clerk: { clerkName: true }, keepers: [{ hoursPerDay: "8" }] },
    };
    const { failures } = readArguments({ connection: object(table.argument) }, { connection });
    expect(failures).toEqual([
      { property: "connection.paper.shelf", reason: "must be text." },
      { property: "connection.paper.ink", reason: "must be one of blue, black." },
      { property: "connection.paper.clerk.clerkName", reason: "must be text." },
      { property: "connection.paper.keepers[0].hoursPerDay", reason: "must be a number." },
      { property: "connection.paper.secretKey", reason: "`secretKey` is not an argument. Remove it." },
    ]);
  });
});
