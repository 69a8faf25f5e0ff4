import type { Call } from "./call";
import type { Milliseconds } from "./clock";
import { ByokError, isByokError } from "./errors";
import type { Tags } from "./key";
import type { KeyContext, KmsContext } from "./key-context";
import type { KeyListing, TagReading } from "./key-service";
import type { WantedKey } from "./wanted-key";

/** Tag under which a key's creation token stands, from the creating call on. */
export const creationTokenTag = "byok:creation-token";

/** How many keys' tags are asked for at the same time; the quota for it is high. */
const together = 16;

/** Pages in a row that bring no new key. A KMS may give empty ones before the last; none does so without end. */
const mostBarrenPages = 100;

/** For how long a scan is good for further keys. Of a run that lives longer, others may have created keys since. */
const scanLasts: Milliseconds = 10 * 60_000;

/**
 * Does the work of a creation with its token claimed, so that no two keys of a run have the same. Where it fails there
 * is no key, and the token is free again: a run may live long, and try again.
 *
 * @throws ByokError `key_conflict` where another key of this run has the token; whatever the work throws.
 */
export async function claimingToken<T extends { readonly key: { readonly arn: string } }>(
  { run, service }: KmsContext<unknown>,
  { kms, region, creationToken }: WantedKey,
  work: () => Promise<T>,
): Promise<T> {
  if (creationToken === undefined) return work();
  const claim = `${kms}/${region}/${creationToken}`;
  if (run.memory.tokens.has(claim)) {
    throw new ByokError(
      "key_conflict",
      `Two keys of this run have the \`creation_token\` ${creationToken}. Give each key a token of its own.`,
      { attribute: "creation_token" },
    );
  }
  run.memory.tokens.set(claim, undefined);
  try {
    const made = await work();
    run.memory.tokens.set(claim, made.key.arn);
    return made;
  } catch (error) {
    run.memory.tokens.delete(claim);
    // A key may be there all the same, and the next attempt has to find it.
    if (isByokError(error) && error.effectUnknown) run.memory.scans.delete(service);
    throw error;
  }
}

/** Anyone who schedules the deletion of a key that this run has made gives it up, and its token is free again. */
export function releaseToken({ run, service, keyArn }: KeyContext<unknown>): void {
  for (const [claim, arn] of run.memory.tokens) {
    if (arn !== keyArn) continue;
    run.memory.tokens.delete(claim);
    // The key came after the scan, and somebody else may bring it back.
    run.memory.scans.delete(service);
  }
}

/** Whether a key is the one that was asked for: it bears the configured token. Without one, nothing shows it. */
export function bearsToken(tags: Tags, { creationToken }: Pick<WantedKey, "creationToken">): boolean {
  return creationToken !== undefined && tags[creationTokenTag] === creationToken;
}

/**
 * The ARNs of all keys of the account and Region that bear the token. The keys are looked through once, for
 * all tokens, and again in a run that goes on for long.
 *
 * @param afresh Looks again, after something may have been created.
 */
export async function keysWithToken(
  context: KmsContext<KeyListing & TagReading>,
  token: string,
  afresh: boolean,
): Promise<readonly string[]> {
  const { run, service } = context;
  const now = run.clock.monotonic();
  const last = afresh ? undefined : run.memory.scans.get(service);
  const isFresh = last !== undefined && now - last.since < scanLasts;
  const scan = isFresh ? last : { since: now, found: scanTokens(context) };
  run.memory.scans.set(service, scan);
  try {
    return (await scan.found).get(token) ?? [];
  } catch (error) {
    // The next resource tries for itself.
    run.memory.scans.delete(service);
    throw error;
  }
}

async function scanTokens({
  run,
  service,
  call,
}: KmsContext<KeyListing & TagReading>): Promise<ReadonlyMap<string, readonly string[]>> {
  const arnsByToken = new Map<string, string[]>();
  const seen: { readable: boolean; denial?: ByokError } = { readable: false };
  const listed = new Set<string>();
  let barrenPages = 0;
  let marker: string | undefined;
  do {
    const page = await service.listKeys(marker, call);
    // A key that is made meanwhile may move others to the next page, where they stand again.
    const fresh = page.arns.filter((arn) => !listed.has(arn));
    for (const arn of fresh) listed.add(arn);
    for (let i = 0; i < fresh.length; i += together) {
      await Promise.all(
        fresh.slice(i, i + together).map(async (arn) => {
          const tags = await tagsOrDenial(service, arn, call);
          if (tags instanceof ByokError) {
            run.log.debug("A key was left out of the search for a creation token.", { key: arn, code: tags.code });
            if (tags.code === "access_denied") seen.denial = tags;
            return;
          }
          seen.readable = true;
          const token = tags[creationTokenTag];
          if (token !== undefined) arnsByToken.set(token, [...(arnsByToken.get(token) ?? []), arn]);
        }),
      );
    }
    marker = page.next;
    barrenPages = fresh.length === 0 ? barrenPages + 1 : 0;
    if (barrenPages > mostBarrenPages) throw endlessList();
  } while (marker !== undefined);
  // Anyone who may read no tags at all cannot find a key of ours either, and would create another one each time.
  if (!seen.readable && seen.denial !== undefined) throw seen.denial;
  return arnsByToken;
}

function endlessList(): ByokError {
  return new ByokError(
    "untrusted_answer",
    `The KMS's list of keys goes on after ${mostBarrenPages} pages that bring no key that was not on it before, so it may have no end. Check the endpoint and what stands between.`,
  );
}

/**
 * An account holds keys of many owners. Those that go away or are gone, and those whose policy keeps the caller out,
 * are none of ours: what we made we may read.
 */
async function tagsOrDenial(service: TagReading, arn: string, call: Call): Promise<Tags | ByokError> {
  try {
    return await service.tags(arn, call);
  } catch (error) {
    if (isByokError(error, "key_not_found", "access_denied", "key_pending_deletion")) return error;
    throw error;
  }
}
