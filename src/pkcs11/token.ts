import { tokenFlag } from "./constants";
import type { Cryptoki, Handle, LibraryInfo, TokenInfo } from "./cryptoki";
import { isCryptokiError } from "./cryptoki-error";
import { Pkcs11Fault } from "./fault";
import { shown } from "./shown";
import type { Pkcs11Uri } from "./uri";

export interface Token extends TokenInfo {
  readonly slot: Handle;
}

/**
 * The one token that a URI names.
 *
 * @throws Pkcs11Fault `token_absent`, `several_tokens`
 */
export function tokenOf(module: Cryptoki, uri: Pkcs11Uri): Token {
  checkLibrary(module.libraryInfo(), uri);
  return oneToken(tokensIn(module), uri);
}

/** Exported for tests: the choice alone. */
export function oneToken(tokens: readonly Token[], uri: Pkcs11Uri): Token {
  const fitting = tokens.filter((token) => fits(token, uri));
  const [token] = fitting;
  if (token === undefined) {
    const others = tokens.length === 0 ? "The module shows no token." : `The module shows ${listed(tokens)}.`;
    throw new Pkcs11Fault("token_absent", `No token fits the URI. ${others}`);
  }
  if (fitting.length > 1) throw new Pkcs11Fault("several_tokens", `The URI fits ${listed(fitting)}.`);
  return token;
}

function tokensIn(module: Cryptoki): readonly Token[] {
  return module.slots().flatMap((slot) => {
    try {
      const token = { slot, ...module.tokenInfo(slot) };
      // SoftHSM shows a slot with a token that is still to be made.
      return hasFlag(token, "tokenInitialized") ? [token] : [];
    } catch (error) {
      // It was taken out just now, or is of another kind; another slot may hold the one that is looked for.
      if (isCryptokiError(error, "CKR_TOKEN_NOT_PRESENT", "CKR_TOKEN_NOT_RECOGNIZED", "CKR_DEVICE_REMOVED")) return [];
      throw error;
    }
  });
}

export function hasFlag({ flags }: Pick<TokenInfo, "flags">, name: keyof typeof tokenFlag): boolean {
  return (flags & tokenFlag[name]) !== 0;
}

function fits(token: Token, uri: Pkcs11Uri): boolean {
  return (["manufacturer", "model", "serial"] as const)
    .map((name) => [token[name], uri[name]])
    .concat([[token.label, uri.token]])
    .every(([actual, wanted]) => wanted === undefined || actual === wanted);
}

function checkLibrary(library: LibraryInfo, uri: Pkcs11Uri): void {
  const [major] = library.version.split(".");
  const wrong =
    (uri.libraryManufacturer !== undefined && uri.libraryManufacturer !== library.manufacturer) ||
    (uri.libraryDescription !== undefined && uri.libraryDescription !== library.description) ||
    (uri.libraryVersion !== undefined && ![library.version, major].includes(uri.libraryVersion));
  if (!wrong) return;
  throw new Pkcs11Fault(
    "token_absent",
    `The module is ${shown(library.description)} ${library.version} by ${shown(library.manufacturer)}, which the URI excludes.`,
  );
}

function listed(tokens: readonly Token[]): string {
  return tokens.map(({ label, serial }) => `${shown(label)} (serial ${shown(serial)})`).join(", ");
}
