import type { Call } from "../engine/call";
import { ByokError } from "../engine/errors";
import type { KeyMaterialSource } from "../engine/key-material-source";
import { childOfPackage } from "../pkcs11/child-command";
import { faults } from "../pkcs11/fault";
import {
  answerIn,
  descriptionIn,
  protocolVersion,
  type Refusal,
  refusalIn,
  type Request,
  wrappedIn,
} from "../pkcs11/messages";
import { nameOfUri, parsePkcs11Uri, type Pkcs11Uri } from "../pkcs11/uri";
import { endOf } from "./child-command";
import { DeviceMaterial } from "./device-material";
import type { MaterialSourceOptions } from "./material-source-options";
import { named, type SourceNames } from "./opened";
import { type LoginMemory, loginMemory } from "./pkcs11-logins";
import type { SourceKindRow } from "./source-text";

export { parsePkcs11Uri };

/** A key in a token. */
export interface Pkcs11Place {
  /** The whole URI as it was written, which the child reads again. */
  readonly text: string;
  readonly uri: Pkcs11Uri;
}

/** `pkcs11:token=hsm;object=payments?module-path=/usr/lib/vendor.so&pin-source=file:/run/pin`. */
export const pkcs11Kind: SourceKindRow<Pkcs11Place> = {
  parse({ text, attribute }) {
    const whole = `pkcs11:${text}`;
    return { text: whole, uri: parsePkcs11Uri(whole, attribute) };
  },
  source: (place, options) => sourceAt(place, options),
};

/** See `pkcs11Kind`. @throws ByokError `invalid_argument` */
export function pkcs11Source(uri: string, options: MaterialSourceOptions): KeyMaterialSource {
  return sourceAt({ text: uri, uri: parsePkcs11Uri(uri, options.attribute) }, options);
}

/** A network HSM may take its time; who waits longer for it has lost it. */
const timeoutMs = 60_000;

/**
 * Key material that a PKCS#11 token holds and wraps. The vendor's module is called by a child process, one for each question,
 * since it may hang or crash; the child reads the PIN, too. See `endOf` for how it runs.
 */
function sourceAt({ text, uri }: Pkcs11Place, options: MaterialSourceOptions, logins = loginMemory): KeyMaterialSource {
  const source = { name: nameOfUri(uri), attribute: options.attribute };
  if (uri.pinSource?.kind === "env") options.variablesOfMaterial?.add(uri.pinSource.variable);
  const ask = asker(uri, options, source, logins);
  return {
    ...source,
    async open(call) {
      const description = descriptionIn(await ask({ byok: protocolVersion, verb: "describe", source: text }, call));
      if (description === undefined) throw unreadable(source);
      return new DeviceMaterial(
        {
          ...description,
          async wrap({ publicKey }, algorithm, during) {
            const wrappingKey = publicKey.export({ format: "der", type: "spki" }).toString("base64");
            const { fingerprint } = description;
            const wrapped = wrappedIn(
              await ask(
                { byok: protocolVersion, verb: "wrap", source: text, algorithm, wrappingKey, fingerprint },
                during ?? call,
              ),
            );
            if (wrapped === undefined) throw unreadable(source);
            return wrapped;
          },
        },
        source,
      );
    },
  };
}

type Answer = Readonly<Record<string, unknown>>;
type Ask = (request: Request, call: Call | undefined) => Promise<Answer>;

/** Asks a child, and throws what it refuses. */
function asker(uri: Pkcs11Uri, options: MaterialSourceOptions, source: SourceNames, logins: LoginMemory): Ask {
  return async (request, call) => {
    const answer = await logins.inTurn(uri, call, (refusedBy) =>
      childAnswer({ ...request, refusedBy }, uri, options, source, call),
    );
    const refusal = refusalIn(answer);
    if (refusal !== undefined) throw errorFor(refusal, source);
    return answer;
  };
}

/** What the child answers, or a refusal that says how it ended without one. */
async function childAnswer(
  request: Request,
  { pinSource }: Pkcs11Uri,
  options: MaterialSourceOptions,
  source: SourceNames,
  call: Call | undefined,
): Promise<Answer> {
  const words = options.pkcs11Child ?? childOfPackage();
  if (words === undefined) {
    return refusing("child_missing", "The program that calls PKCS#11 modules is not where the package byok has it.");
  }
  const variable = pinSource?.kind === "env" ? pinSource.variable : undefined;
  const input = `${JSON.stringify(request)}\n`;
  const { printed, failure, timedOutAfter } = await endOf({ words, input, variable, timeoutMs }, options, source, call);
  // A module may crash the process that has answered already, when that unloads it.
  const answer = answerIn(printed.toString());
  if (answer !== undefined) return answer;
  if (timedOutAfter !== null) {
    return refusing("module_hung", `The module did not answer within ${timedOutAfter} seconds and was stopped.`);
  }
  const how = failure === null ? "It ended without an answer." : failure.replace(/^The command/, "It");
  return refusing("module_crashed", `The module took down the process that called it. ${how}`);
}

function refusing(code: Refusal["error"]["code"], message: string): Answer {
  const answer: Refusal = { error: { code, message } };
  return { ...answer };
}

function errorFor({ code, message }: Refusal["error"], source: SourceNames): ByokError {
  const { becomes, remedy } = faults[code];
  return named(new ByokError(becomes, `${message} ${remedy}`), source);
}

function unreadable(source: SourceNames): ByokError {
  const words =
    "The process that calls the module gave an answer that cannot be read. This is a fault of byok: please report it.";
  return named(new ByokError("internal", words), source);
}
