// The floor: a provider that answers every call with bytes that were prepared, and decodes nothing.
import { type Answers, answersFile, readAnswers } from "./answers";
import { servePlugin } from "./plugin";

let answers: Answers | null = null;

void servePlugin((path) => {
  answers ??= readAnswers(answersFile());
  const answer = answers.get(path);
  return answer === undefined ? null : () => Promise.resolve(answer);
});
