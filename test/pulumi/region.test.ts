import { scenes } from "./support/scene";

describe("a Region that is none", () => {
  const scene = scenes();

  it.each([
    ["aws", "eu-central", "eu-central-1"],
    ["alibaba", "hangzhou-1", "cn-hangzhou"],
  ])("of %s is refused once, before anything is asked", async (kms, region, example) => {
    const { stack, life } = scene();
    const { error = "" } = await stack.up([{ type: "ExternalKey", name: "payments", props: () => ({ kms, region }) }]);
    expect(error).toContain(`\`region\` must be a Region name, such as ${example}`);
    expect(error.match(/such as/g)).toHaveLength(1);
    expect(life.calls()).toEqual([]);
  });
});
