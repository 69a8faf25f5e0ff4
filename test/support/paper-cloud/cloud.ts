import { ByokError } from "../../../src/engine/errors";
import type { Cloud, Connection, ConnectionOptions, KeyOfArn } from "../../../src/kms/cloud";
import { paperProfile as anyProfile } from "../profile";
import { paperKeyService } from "./key-service";
import { type PaperSettings, paperSettings } from "./settings";

const profile = { ...anyProfile, kms: "paper", title: "Paper KMS", quotas: { tags: 1 } };

/** `paper:SHELF:key/NUMBER` */
function read(text: string, attribute: string): KeyOfArn {
  const [, region = "", keyId = ""] = /^paper:([a-z]+-[a-z]+):key\/(\d+)$/.exec(text) ?? [];
  if (keyId !== "") return { region, keyId };
  throw new ByokError("invalid_key_arn", `\`${attribute}\` is not the ARN of a key on paper.`, { attribute });
}

/** A cloud that byok does not know: its folder, and a word in a list of clouds. */
export const paperCloud = {
  name: "paper",
  profile,
  arns: { areMeant: (text) => text.startsWith("paper:"), read },
  settings: paperSettings,
  connect(settings: PaperSettings, { clock, env = process.env }: ConnectionOptions): Connection {
    const shelf = settings.shelf ?? env["PAPER_SHELF"];
    if (settings.secretKey === undefined) {
      throw new ByokError("credentials_missing", "The archive is locked. Set `secret_key`.", {
        attribute: "secret_key",
      });
    }
    return {
      ...(shelf === undefined ? {} : { defaultRegion: shelf }),
      service: (region = shelf) => paperKeyService(profile, region ?? "", clock),
      destroy: () => {},
    };
  },
} as const satisfies Cloud;
