import { parsedOptions } from "../../bench/options";

describe("the bench's options", () => {
  it("have defaults", () => {
    expect(parsedOptions([])).toEqual({ count: 1000, many: 5000, only: ["start-up", "terraform", "pulumi"] });
  });

  it("take fewer resources, single parts and a folder for profiles", () => {
    const args = ["--count", "20", "--times", "2", "--only", "pulumi", "--only", "start-up", "--profile", "out"];
    expect(parsedOptions(args)).toEqual({ count: 20, many: 40, only: ["pulumi", "start-up"], profile: "out" });
  });

  it("are null where help is asked for", () => {
    expect(parsedOptions(["--help"])).toBeNull();
  });

  it.each([
    [["--count", "1"], "--count takes a whole number from 2 on."],
    [["--count", "many"], "--count takes a whole number from 2 on."],
    [["--times", "1.5"], "--times takes a whole number from 2 on."],
    [["--only", "cdktf"], "--only takes start-up, terraform, pulumi."],
    [["--all"], "Unknown option '--all'"],
  ])("refuse %j", (args, message) => {
    expect(() => parsedOptions(args)).toThrow(message);
  });
});
