import type { Props } from "../../../pulumi/provider/props";
import type { Declared } from "./stack";

/** A key and its materials, each of which is rotated to: `m1` is the first, and `r2` rotates to `m2`. */
export function chain(all: readonly Buffer[], material: Props = {}, key: Props = {}): readonly Declared[] {
  return [
    { type: "ExternalKey", name: "payments", props: () => ({ creationToken: "pulumi:test/payments", ...key }) },
    ...all.flatMap((bytes, i) => [
      materialOf(i + 1, { keyMaterial: bytes.toString("base64"), ...material }),
      ...(i === 0 ? [] : [rotationTo(i + 1)]),
    ]),
  ];
}

/** The material of this number in a chain. */
export function materialOf(place: number, material: Props, key = "payments"): Declared {
  return {
    type: "ImportedKeyMaterial",
    name: `m${place}`,
    props: (ids, output) => ({
      keyArn: ids[`ExternalKey ${key}`],
      ...(place === 1 ? {} : { succeeds: predecessor(place, output) }),
      ...material,
    }),
  };
}

function predecessor(place: number, output: Parameters<Declared["props"]>[1]): unknown {
  return place === 2
    ? output("ImportedKeyMaterial", "m1", "keyMaterialId")
    : output("KeyRotation", `r${place - 1}`, "keyMaterialId");
}

/** The rotation to the material of this number. */
export function rotationTo(place: number, rotation: Props = {}): Declared {
  return {
    type: "KeyRotation",
    name: `r${place}`,
    props: (ids, output) => ({
      keyArn: ids["ExternalKey payments"],
      keyMaterialId: output("ImportedKeyMaterial", `m${place}`, "keyMaterialId"),
      ...rotation,
    }),
  };
}
