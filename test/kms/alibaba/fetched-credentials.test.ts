import { fetchedCredentials, instanceCredentials } from "../../../src/kms/alibaba/fetched-credentials";
import { alibaba } from "../../../src/kms/alibaba/vendor";
import { ByokError } from "../../../src/engine/errors";
import type { HttpAnswer, HttpRequest, HttpSender } from "../../../src/http/http-sender";
import { networkError } from "../../../src/http/network-errors";

type Page = { readonly status?: number; readonly body?: string } | Error;

function answering(pages: Readonly<Record<string, Page>>): HttpSender & { readonly sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    async send(request): Promise<HttpAnswer> {
      sent.push(request);
      const page = pages[`${request.method} ${request.url.pathname}`] ?? { status: 404 };
      if (page instanceof Error) throw page;
      return { status: page.status ?? 200, headers: {}, body: Buffer.from(page.body ?? "") };
    },
    destroy() {},
  };
}

const given = {
  AccessKeyId: "id",
  AccessKeySecret: "secret",
  SecurityToken: "token",
  Expiration: "2026-01-01T00:00:00Z",
};
const credentials = {
  accessKeyId: "id",
  accessKeySecret: "secret",
  securityToken: "token",
  expiresAt: Date.UTC(2026, 0, 1) / 1000,
};
const missing = (says: string) =>
  expect.objectContaining({ code: "credentials_missing", rawMessage: expect.stringContaining(says) });

describe("an address that gives out credentials", () => {
  const url = new URL("http://localhost:9/creds?a=b");
  const fetching = (page: Page) => fetchedCredentials(url, answering({ "GET /creds": page }));

  it("is asked once, for JSON", async () => {
    const sender = answering({ "GET /creds": { body: JSON.stringify(given) } });
    expect(await fetchedCredentials(url, sender)).toEqual(credentials);
    expect(sender.sent).toEqual([{ method: "GET", url, headers: { host: "localhost:9" } }]);
  });

  it("may give none that are temporary by a token, but they expire", async () => {
    const { SecurityToken: _, ...lasting } = given;
    expect(await fetching({ body: JSON.stringify(lasting) })).not.toHaveProperty("securityToken");
    expect(await fetching({ body: JSON.stringify({ ...given, SecurityToken: 7 }) })).not.toHaveProperty(
      "securityToken",
    );
  });

  it.each<[string, Page]>([
    ["a failure", { status: 500, body: JSON.stringify(given) }],
    ["another status", { status: 201, body: JSON.stringify(given) }],
    ["no JSON", { body: "<html>" }],
    ["no id", { body: JSON.stringify({ ...given, AccessKeyId: "" }) }],
    ["no secret", { body: JSON.stringify({ ...given, AccessKeySecret: undefined }) }],
    ["no end", { body: JSON.stringify({ ...given, Expiration: "soon" }) }],
  ])("gives none by %s", async (_what, page) => {
    const status = page instanceof Error ? 0 : (page.status ?? 200);
    await expect(fetching(page)).rejects.toEqual(
      missing(`localhost:9 gave no credentials (HTTP ${status}). Check the name of the role`),
    );
  });
});

describe("the metadata service of an instance", () => {
  const roles = "/latest/meta-data/ram/security-credentials/";
  const body = JSON.stringify(given);
  const pages = {
    "PUT /latest/api/token": { body: "session+/=.-_1\n" },
    [`GET ${roles}`]: { body: "importer\n" },
    [`GET ${roles}importer`]: { body },
  };
  const tokens = ({ sent }: ReturnType<typeof answering>) =>
    sent.slice(1).map(({ headers }) => headers["x-aliyun-ecs-metadata-token"]);

  it("is asked for a session, for the role and for its credentials, by the session", async () => {
    const sender = answering(pages);
    expect(await instanceCredentials(undefined, sender)).toEqual(credentials);
    expect(sender.sent.map(({ method, url }) => `${method} ${url.href}`)).toEqual([
      "PUT http://100.100.100.200/latest/api/token",
      `GET http://100.100.100.200${roles}`,
      `GET http://100.100.100.200${roles}importer`,
    ]);
    expect(sender.sent[0]?.headers).toEqual({
      "x-aliyun-ecs-metadata-token-ttl-seconds": "300",
      "content-length": "0",
    });
    expect(tokens(sender)).toEqual(["session+/=.-_1", "session+/=.-_1"]);
  });

  it("is asked for the role that is named, whatever stands in its name", async () => {
    const sender = answering({ ...pages, [`GET ${roles}..%2Fother%3F`]: { body } });
    expect(await instanceCredentials("../other?", sender)).toEqual(credentials);
    expect(sender.sent).toHaveLength(2);
  });

  it.each<[string, Page]>([
    ["is missing", { status: 404 }],
    ["fails", { status: 500, body: "token" }],
    ["is a page", { body: "<html>" }],
    ["has a page behind it", { body: "token <html>" }],
    ["has a page before it", { body: "<html> token" }],
    ["is empty", { body: "" }],
    ["does not get through", new ByokError("service_unavailable", "late", { effectUnknown: true })],
  ])("is asked without a session where that %s", async (_what, page) => {
    const sender = answering({ ...pages, "PUT /latest/api/token": page });
    expect(await instanceCredentials(undefined, sender)).toEqual(credentials);
    expect(tokens(sender)).toEqual([undefined, undefined]);
  });

  it.each<[string, Error]>([
    [
      "cannot be reached",
      networkError(Object.assign(new Error("x"), { code: "EHOSTUNREACH" }), alibaba) ?? new Error(),
    ],
    ["may not be asked", new ByokError("endpoint_not_allowed", "no", { effectUnknown: true })],
    ["fails by our own fault", new TypeError("x")],
  ])("is not asked any further where it %s", async (_what, error) => {
    const sender = answering({ ...pages, "PUT /latest/api/token": error });
    await expect(instanceCredentials(undefined, sender)).rejects.toBe(error);
    expect(sender.sent).toHaveLength(1);
  });

  it.each<Page>([
    { status: 404, body: "importer" },
    { body: "" },
    { body: "two roles" },
    { body: "<importer>" },
    { body: "r".repeat(65) },
  ])("has no role attached where it says %j", async (page) => {
    await expect(instanceCredentials(undefined, answering({ ...pages, [`GET ${roles}`]: page }))).rejects.toEqual(
      missing("No RAM role is attached to this ECS instance. Attach one"),
    );
  });

  it("may give no credentials for a role", async () => {
    const role = "r".repeat(64);
    const sender = answering({ ...pages, [`GET ${roles}`]: { body: role } });
    await expect(instanceCredentials(undefined, sender)).rejects.toEqual(
      missing("the metadata service of this ECS instance gave no credentials (HTTP 404)"),
    );
  });
});
