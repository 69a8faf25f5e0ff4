import { checkCall } from "../engine/call";
import { ByokError, type ErrorCode } from "../engine/errors";
import { jsonMembers, jsonText } from "../engine/json-bytes";
import { isMaterialEncoding, type MaterialEncoding, materialEncodings } from "../engine/material-encoding";
import type { ReadSecret, SecretReference } from "../engine/secret-store";
import { type ByteSource, largestContentBytes, type MaterialSourceOptions } from "./material-source-options";
import { named, opened, type SourceNames, tooLong, unavailable } from "./opened";
import { decoded, invalid, placeAndQuery, type SourceKindRow, type SourceText } from "./source-text";

/** A secret in a store of a cloud, and where in it the key material is. */
export interface SecretPlace extends SecretReference {
  /** The member of a JSON object that the secret is. Undefined: the whole secret. */
  readonly field?: string;
  readonly encoding?: MaterialEncoding;
}

/** What a store calls things. */
interface StoreWords {
  /** `a secret` */
  readonly thing: string;
  /** The store's names, and its ARNs. Anything else is refused before it is sent. */
  readonly names: RegExp;
  readonly exampleName: string;
  /** How a version is pinned: `version-id`. */
  readonly pin: string;
  readonly versions: RegExp;
  readonly exampleVersion: string;
}

const versionId = {
  pin: "version-id",
  versions: /^[\w.+=@-]{1,64}$/,
  exampleVersion: "a1b2c3d4-5678-90ab-cdef-111122223333",
};

/** The kinds of source that stores of secrets are, by their schemes. */
export const storeKinds = {
  /** `secretsmanager:payments/key?version-id=…`, in AWS Secrets Manager. */
  secretsmanager: storeKind("secretsmanager", {
    thing: "a secret",
    names: /^(?:arn:[\w-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@!-]{1,512}$/,
    exampleName: "payments/key",
    ...versionId,
  }),

  /** `ssm:/payments/key?version=3`, in AWS's Parameter Store. */
  ssm: storeKind("ssm", {
    thing: "a parameter",
    names: /^(?:arn:[\w-]+:ssm:[a-z0-9-]+:\d{12}:parameter\/)?[\w./-]{1,1011}$/,
    exampleName: "/payments/key",
    pin: "version",
    versions: /^[1-9]\d{0,9}$/,
    exampleVersion: "3",
  }),

  /** `alibaba-secrets:payments-key?version-id=…`, in the secrets of Alibaba Cloud KMS. */
  "alibaba-secrets": storeKind("alibaba-secrets", {
    thing: "a secret",
    names: /^(?:acs:kms:[a-z0-9-]+:\d+:secret\/)?[\w/+=.@-]{1,192}$/,
    exampleName: "payments-key",
    ...versionId,
  }),
} as const;

function storeKind(store: string, words: StoreWords): SourceKindRow<SecretPlace> {
  return {
    parse: (text) => secretPlace(text, words),
    // An ARN is one word up to its first slash, so that it never counts as a name.
    segments: ({ name }) => name.split("/"),
    source: (place, options) => secretSource(store, words.pin, place, options),
  };
}

/**
 * Key material that a store of secrets keeps, as bytes or as text. What a store denies, does not have or cannot give now is
 * absent, as a missing file is. Each opening reads the secret again; those at the same time share a request.
 */
function secretSource(store: string, pin: string, place: SecretPlace, options: MaterialSourceOptions): ByteSource {
  const source = { name: `${store}:${place.name}`, attribute: options.attribute };
  return {
    ...source,
    async open(call) {
      checkCall(call);
      const { secrets, isFingerprintConfigured = false } = options;
      if (secrets === undefined) throw unavailable("No store of secrets can be read here.", source);
      const { content, version }: ReadSecret = await secrets.read(store, place, call).catch((thrown: unknown) => {
        throw named(asAbsent(ByokError.from(thrown)), source);
      });
      try {
        if (content.length > largestContentBytes) throw tooLong("It has", source);
        const isPinned = isFingerprintConfigured || place.version !== undefined;
        return opened(memberOf(content, place, source), place.encoding, source, {
          version,
          warnings: isPinned ? [] : [pinWarning(source, pin, version)],
        });
      } finally {
        content.fill(0);
      }
    },
  };
}

/** What is wrong with settings or with byok, or ends the operation. All else means that the store gives nothing now. */
const lasting: readonly ErrorCode[] = [
  "invalid_argument",
  "endpoint_not_allowed",
  "untrusted_answer",
  "canceled",
  "timeout",
  "internal",
];

function asAbsent(error: ByokError): ByokError {
  if (error.code === "material_unavailable" || lasting.includes(error.code)) return error;
  const { serviceCode, requestId } = error;
  return new ByokError("material_unavailable", error.rawMessage, { serviceCode, requestId });
}

/** The text of a member, or the secret itself, in memory of its own. */
function memberOf(content: Buffer, { field, encoding }: SecretPlace, source: SourceNames): Buffer {
  const malformed = (message: string): ByokError => named(new ByokError("malformed_material", message), source);
  const members = field === undefined && encoding !== undefined ? undefined : jsonMembers(content);
  if (field === undefined) {
    if (members !== undefined) throw malformed("It is a JSON object. Name the member with the key in `?field=`.");
    const own = Buffer.alloc(content.length);
    own.set(content);
    return own;
  }
  if (members === undefined)
    throw malformed("It is no JSON object, so it has no `field`. Remove `field` to take it whole.");
  const value = members.get(field);
  if (value === undefined) throw unavailable(`It has no member \`${field}\`. Correct \`field\`.`, source);
  const text = jsonText(value);
  if (text === undefined) throw malformed(`Its member \`${field}\` is no text. Store the key as hex, base64 or PEM.`);
  return text;
}

function pinWarning({ name }: SourceNames, pin: string, version: string | undefined): string {
  const remedy = version === undefined ? `\`?${pin}=\`` : `\`?${pin}=${version}\` for the one that was read now`;
  return `\`${name}\` names no version, so whatever the store holds next is read next. Pin the version, ${remedy}, or set \`fingerprint\`.`;
}

function secretPlace(text: SourceText, words: StoreWords): SecretPlace {
  const { scheme, attribute } = text;
  const { place, query } = placeAndQuery(text);
  const name = decoded(place, attribute);
  if (name === "") throw invalid(attribute, `names nothing after \`${scheme}:\`.`);
  const steps = name.split("/");
  if (!words.names.test(name) || steps.includes("..") || steps.includes(".")) {
    const example = `\`${scheme}:${words.exampleName}\``;
    throw invalid(attribute, `must name ${words.thing} after \`${scheme}:\`, as in ${example}, or give its whole ARN.`);
  }
  const { [words.pin]: version, region, field, encoding } = optionsIn(query ?? "", [words.pin, ...common], text);
  if (version !== undefined && !words.versions.test(version)) {
    throw invalid(attribute, `has a \`${words.pin}\` that names no version. One looks like ${words.exampleVersion}.`);
  }
  if (region !== undefined && !/^[a-z]{2,8}(?:-[a-z0-9]{1,20}){1,5}$/.test(region)) {
    throw invalid(attribute, "has a `region` that is no name of a Region. One looks like eu-central-1.");
  }
  if (region !== undefined && /^(?:arn|acs):/.test(name)) {
    throw invalid(attribute, "has an ARN and a `region`, and the ARN says where the secret is. Remove `region`.");
  }
  if (encoding !== undefined && !isMaterialEncoding(encoding)) {
    throw invalid(attribute, `has an \`encoding\` that is none of ${materialEncodings.join(", ")}.`);
  }
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(region === undefined ? {} : { region }),
    ...(field === undefined ? {} : { field }),
    ...(encoding === undefined ? {} : { encoding }),
  };
}

const common = ["region", "field", "encoding"];

/** `name=value` parted by `&`, each name once, none empty; names and values percent-decoded. */
function optionsIn(
  query: string,
  names: readonly string[],
  { attribute }: SourceText,
): Readonly<Record<string, string | undefined>> {
  const options = new Map<string, string>();
  for (const part of query === "" ? [] : query.split("&")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0));
    const value = decoded(part.slice(equals + 1), attribute);
    if (!names.includes(name) || value === "" || options.has(name)) {
      throw invalid(
        attribute,
        `may end with \`?\` and, parted by \`&\`, ${names.map((one) => `\`${one}=\``).join(", ")}, each once and not empty.`,
      );
    }
    options.set(name, value);
  }
  return Object.fromEntries(options);
}
