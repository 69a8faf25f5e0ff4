import { checkedMaterialFields, materialFields } from "./fields";
import { answering, type ResourceHandler } from "./handler";
import { createMaterial, deleteMaterial, updateMaterial } from "./material-apply";
import { checkMaterial } from "./material-check";
import { diffMaterial } from "./material-diff";
import { lookAtMaterial } from "./material-read";
import { argumentsIn, type MaterialArguments } from "./material-state";
import type { Props } from "./props";
import { checkedRequestOf, inputsOf, type Request, requestOf, standing } from "./request";
import { migratedMaterial } from "./schema-version";
import type { Session } from "./session";

/** The provider of `ImportedKeyMaterial`. */
export function importedKeyMaterialHandler(session: Session): ResourceHandler {
  const requestFor = (props: Props): Request<MaterialArguments> =>
    checkedRequestOf(session, checkedMaterialFields, props);
  return answering({
    configure: ({ config }) => session.configure(config),
    check: (olds, news) => checkMaterial(requestOf(session, materialFields, news), olds, news),
    diff: (id, olds, news) => diffMaterial(requestFor(news), standing(id, migratedMaterial(olds)), inputsOf(news)),
    create: (inputs) => createMaterial(requestFor(inputs), inputsOf(inputs)),
    read: (id, props) => {
      const outs = migratedMaterial(props);
      return lookAtMaterial(requestFor(argumentsIn(outs)), id, outs);
    },
    update: (id, olds, news) => updateMaterial(requestFor(news), standing(id, migratedMaterial(olds)), inputsOf(news)),
    delete: (id, props) => {
      const outs = migratedMaterial(props);
      return deleteMaterial(requestFor(argumentsIn(outs)), standing(id, outs));
    },
  });
}
