import { type Call, checkCall } from "../engine/call";
import { type Refusal, refusalIn } from "../pkcs11/messages";
import type { Pkcs11Uri } from "../pkcs11/uri";

type Answer = Readonly<Record<string, unknown>>;

/**
 * What this process knows of logins to tokens, so that a plan over many keys tries a wrong PIN once and not once for each:
 * tokens lock after a few.
 *
 * Until a PIN has been seen to be right, questions to one module are asked one after the other. A PIN that was refused stays
 * so until the process ends. Where the module hung, those that waited behind it get the same answer.
 */
export class LoginMemory {
  /** By module, token and PIN. */
  readonly #refused = new Map<string, Answer>();
  readonly #proved = new Set<string>();
  /** Serial numbers of tokens that refused, however a URI named them, by module and PIN. */
  readonly #serials = new Map<string, Set<string>>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #hangs = new Map<string, { readonly since: number; readonly answer: Answer }>();
  #asked = 0;

  /**
   * Asks when it may be asked.
   *
   * @param ask Given the serial numbers of the tokens to which nobody may log in.
   */
  async inTurn(
    uri: Pkcs11Uri,
    call: Call | undefined,
    ask: (refusedBy: readonly string[]) => Promise<Answer>,
  ): Promise<Answer> {
    const { login, place } = namesOf(uri);
    const earlier = this.#refused.get(login);
    if (earlier !== undefined) return earlier;
    if (uri.pinSource === undefined || this.#proved.has(login))
      return this.#noted(uri, await ask(this.#refusedBy(place)));
    const arrived = this.#asked++;
    const turn = (this.#turns.get(place) ?? Promise.resolve()).then(async () => {
      checkCall(call);
      const hang = this.#hangs.get(place);
      if (hang !== undefined && hang.since > arrived) return hang.answer;
      return this.#refused.get(login) ?? this.#noted(uri, await ask(this.#refusedBy(place)));
    });
    // That one fails is no reason for the next not to be asked.
    this.#turns.set(
      place,
      turn.catch(() => undefined),
    );
    return turn;
  }

  #refusedBy(place: string): readonly string[] {
    return [...(this.#serials.get(place) ?? [])];
  }

  #noted(uri: Pkcs11Uri, answer: Answer): Answer {
    const { login, place } = namesOf(uri);
    const refusal = refusalIn(answer);
    if (refusal === undefined) this.#proved.add(login);
    if (refusal?.code === "module_hung") this.#hangs.set(place, { since: this.#asked, answer });
    if (refusal?.code === "pin_incorrect") this.#forget(login, place, answer, refusal);
    return answer;
  }

  #forget(login: string, place: string, answer: Answer, { serial }: Refusal["error"]): void {
    this.#proved.delete(login);
    this.#refused.set(login, answer);
    if (serial === undefined) return;
    const serials = this.#serials.get(place) ?? new Set();
    this.#serials.set(place, serials.add(serial));
  }
}

/** Of this process. */
export const loginMemory = new LoginMemory();

/** A login is a PIN at a token; a place is a PIN at whatever token of a module. Which key it is for makes no difference. */
function namesOf(uri: Pkcs11Uri): { readonly login: string; readonly place: string } {
  const { object: _object, id: _id, type: _type, ...login } = uri;
  const { modulePath, moduleName, pinSource } = uri;
  return {
    login: JSON.stringify(Object.entries(login).toSorted(([one], [other]) => (one < other ? -1 : 1))),
    place: JSON.stringify([modulePath, moduleName, pinSource]),
  };
}
