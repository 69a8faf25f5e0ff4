import { keyFields } from "./fields";
import { answering, type ResourceHandler } from "./handler";
import { createKey, deleteKey, updateKey } from "./key-apply";
import { checkKey } from "./key-check";
import { diffKey } from "./key-diff";
import { lookAtKey } from "./key-read";
import type { KeyArguments } from "./key-state";
import type { Props } from "./props";
import { checkedRequestOf, inputsOf, type Request, requestOf, standing } from "./request";
import { migratedKey } from "./schema-version";
import type { Session } from "./session";

/** The provider of `ExternalKey`. */
export function externalKeyHandler(session: Session): ResourceHandler {
  const requestFor = (props: Props): Request<KeyArguments> => checkedRequestOf(session, keyFields, props);
  return answering({
    configure: ({ config }) => session.configure(config),
    check: async (olds, news) => checkKey(requestOf(session, keyFields, news), olds, news),
    diff: (id, olds, news) => diffKey(requestFor(news), standing(id, migratedKey(olds)), inputsOf(news)),
    create: (inputs) => createKey(requestFor(inputs), inputsOf(inputs)),
    read: (id, props) => {
      const outs = migratedKey(props);
      return lookAtKey(requestFor(outs), id, outs);
    },
    update: (id, olds, news) => updateKey(requestFor(news), standing(id, migratedKey(olds)), news),
    delete: (id, props) => {
      const outs = migratedKey(props);
      return deleteKey(requestFor(outs), standing(id, outs));
    },
  });
}
