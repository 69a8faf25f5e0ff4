import type { Kind } from "../../src/definitions/field";
import { settingName, type Settings } from "../../src/kms/setting";
import { list, map, object, type Shape, word } from "./shape";

/** What a value of a kind looks like here. */
export function shapeOf(kind: Kind): Shape {
  switch (kind.kind) {
    case "text":
    case "flag":
    case "number":
      return kind;
    case "choice":
      return word(...kind.choices);
    case "list":
      return list(shapeOf(kind.of));
    case "map":
      return map(shapeOf(kind.of));
    case "group": {
      const fields: Settings = kind.fields;
      return object(
        Object.fromEntries(
          Object.entries(fields).map(([name, field]) => [settingName(name, field), shapeOf(field.is)]),
        ),
      );
    }
  }
}
