// byok's provider, whose answers are written down: what the floor answers afterwards.
import { lazyRoutes } from "../../src/terraform/plugin/lazy-routes";
import { silentLog } from "../../src/terraform/plugin/log";
import { byokProvider } from "../../src/terraform/provider";
import { answersFile, readAnswers, writeAnswers } from "./answers";
import { servePlugin } from "./plugin";

const routes = lazyRoutes(byokProvider, silentLog, () => undefined);

void servePlugin((path) => {
  const handle = routes.unary(path);
  if (handle === null) return null;
  return async (request) => {
    const answer = await handle(request);
    // Several processes of one command write, one after the other.
    writeAnswers(answersFile(), readAnswers(answersFile()).set(path, answer));
    return answer;
  };
});
