import { ByokError } from "../../engine/errors";
import type { HttpAnswer, HttpSender } from "../../http/http-sender";
import { metadataHost } from "./endpoint";
import { type Credentials, fieldsOf } from "./rpc";

/** How long a session token of the metadata service lives, in seconds; it serves the two requests after it. */
const metadataSessionSeconds = "300";

/**
 * Credentials from an address that gives them out as JSON, like ECS's metadata service does.
 *
 * @throws ByokError `credentials_missing`, `service_unavailable`
 */
export async function fetchedCredentials(url: URL, sender: HttpSender): Promise<Credentials> {
  return credentialsIn(await sender.send({ method: "GET", url, headers: { host: url.host } }), url.host);
}

/**
 * The credentials of the RAM role that is attached to this ECS instance, by the metadata service in its hardened mode.
 *
 * @param roleName Default: the one that the instance names.
 * @throws ByokError `credentials_missing`, `service_unavailable`
 */
export async function instanceCredentials(roleName: string | undefined, sender: HttpSender): Promise<Credentials> {
  const base = `http://${metadataHost}/latest`;
  const token = await sessionToken(new URL(`${base}/api/token`), sender);
  const headers = token === undefined ? {} : { "x-aliyun-ecs-metadata-token": token };
  const roles = new URL(`${base}/meta-data/ram/security-credentials/`);
  const name = roleName ?? theRole(await sender.send({ method: "GET", url: roles, headers }));
  const answer = await sender.send({ method: "GET", url: new URL(encodeURIComponent(name), roles), headers });
  return credentialsIn(answer, "the metadata service of this ECS instance");
}

/** Of the hardened mode; undefined where the service does not have it, or its answer does not get through. */
async function sessionToken(url: URL, sender: HttpSender): Promise<string | undefined> {
  const headers = { "x-aliyun-ecs-metadata-token-ttl-seconds": metadataSessionSeconds, "content-length": "0" };
  try {
    const { status, body } = await sender.send({ method: "PUT", url, headers });
    const token = body.toString("utf8").trim();
    return status === 200 && /^[\w+/=.-]+$/.test(token) ? token : undefined;
  } catch (error) {
    // The service is there, but into a container its answer to a PUT may not get, unlike those to a GET.
    if (error instanceof ByokError && error.code === "service_unavailable" && error.effectUnknown) return undefined;
    throw error;
  }
}

function theRole({ status, body }: HttpAnswer): string {
  const name = body.toString("utf8").trim();
  if (status === 200 && /^[\w.-]{1,64}$/.test(name)) return name;
  throw new ByokError(
    "credentials_missing",
    "No RAM role is attached to this ECS instance. Attach one, or give credentials of another kind.",
  );
}

function credentialsIn(answer: HttpAnswer, source: string): Credentials {
  const fields = answer.status === 200 ? fieldsOf(answer.body) : undefined;
  const text = (name: string): string => {
    const value = fields?.[name];
    return typeof value === "string" ? value : "";
  };
  const [id, secret, token] = [text("AccessKeyId"), text("AccessKeySecret"), text("SecurityToken")];
  const expiresAt = Date.parse(text("Expiration")) / 1000;
  if (id === "" || secret === "" || Number.isNaN(expiresAt)) {
    throw new ByokError(
      "credentials_missing",
      `${source} gave no credentials (HTTP ${answer.status}). Check the name of the role and that it is attached.`,
    );
  }
  return { accessKeyId: id, accessKeySecret: secret, ...(token === "" ? {} : { securityToken: token }), expiresAt };
}
