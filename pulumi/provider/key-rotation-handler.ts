import { rotationFields } from "./fields";
import { answering, type ResourceHandler } from "./handler";
import { createRotation, updateRotation } from "./key-rotation-apply";
import { checkRotation } from "./key-rotation-check";
import { diffRotation } from "./key-rotation-diff";
import { lookAtRotation } from "./key-rotation-read";
import type { RotationArguments } from "./key-rotation-state";
import type { Props } from "./props";
import { checkedRequestOf, type Request, requestOf, standing } from "./request";
import { migratedRotation } from "./schema-version";
import type { Session } from "./session";

/** The provider of `KeyRotation`. */
export function keyRotationHandler(session: Session): ResourceHandler {
  const requestFor = (props: Props): Request<RotationArguments> => checkedRequestOf(session, rotationFields, props);
  return answering({
    configure: ({ config }) => session.configure(config),
    check: (olds, news) => checkRotation(requestOf(session, rotationFields, news), olds, news),
    diff: async (id, olds, news) => diffRotation(requestFor(news), standing(id, migratedRotation(olds))),
    create: async (inputs) => createRotation(requestFor(inputs)),
    read: async (id, props) => {
      const outs = migratedRotation(props);
      return lookAtRotation(requestFor(outs), id, outs);
    },
    update: async (id, olds, news) => updateRotation(requestFor(news), standing(id, migratedRotation(olds))),
    // No KMS rotates back.
    delete: async () => undefined,
  });
}
