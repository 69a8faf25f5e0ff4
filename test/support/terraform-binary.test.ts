import { terraformBinary, zipEntry } from "./terraform-binary";

describe("the CLI for the tests", () => {
  it("is the one that BYOK_TERRAFORM names, or an error that says so", async () => {
    await expect(terraformBinary({ BYOK_TERRAFORM: process.execPath })).rejects.toThrow(
      /BYOK_TERRAFORM names .*1\.11 or later/,
    );
  });
});

describe("a file in a ZIP archive", () => {
  // Written by Python's zipfile: LICENSE.txt stored, terraform deflated.
  const archive = Buffer.from(
    [
      "UEsDBBQAAAAAAAAAIVrIwS5NBAAAAAQAAAALAAAATElDRU5TRS50eHRmcmVlUEsDBBQAAAAIAAAAIVoOxV2TDAAAAEYAAAAJAAAA",
      "dGVycmFmb3JtS8rMSyyqVEiijAIAUEsBAhQDFAAAAAAAAAAhWsjBLk0EAAAABAAAAAsAAAAAAAAAAAAAAIABAAAAAExJQ0VOU0Uu",
      "dHh0UEsBAhQDFAAAAAgAAAAhWg7FXZMMAAAARgAAAAkAAAAAAAAAAAAAAIABLQAAAHRlcnJhZm9ybVBLBQYAAAAAAgACAHAAAABg",
      "AAAAAAA=",
    ].join(""),
    "base64",
  );

  it("is found, stored or deflated", () => {
    expect(zipEntry(archive, "terraform").toString()).toBe("binary ".repeat(10));
    expect(zipEntry(archive, "LICENSE.txt").toString()).toBe("free");
  });

  it("is missed", () => {
    expect(() => zipEntry(archive, "tofu")).toThrow("no file tofu");
    expect(() => zipEntry(Buffer.from("not an archive"), "tofu")).toThrow("no file tofu");
  });
});
