import { ByokError } from "../../src/engine/errors";
import { checkedEndpoint, type EndpointRules, isLoopback } from "../../src/http/endpoint";

const rules: EndpointRules = {
  service: "KMS",
  vendor: "Example Cloud",
  attribute: "endpoint",
  example: "https://kms.example.com",
  remedy: ", or trust it",
  isOwn: (url) => url.hostname === "kms.example.com",
};

const checked = (text: string, reviewed = true, more: Partial<EndpointRules> = {}) =>
  checkedEndpoint({ text, source: "KMS_URL", reviewed }, { ...rules, ...more });

function refusal(...args: Parameters<typeof checked>): ByokError {
  try {
    checked(...args);
  } catch (error) {
    if (error instanceof ByokError) return error;
  }
  throw new Error("The endpoint was not refused.");
}

it("keeps where an endpoint was written", () => {
  expect(checked("https://kms.example.org/path")).toEqual({
    url: new URL("https://kms.example.org/path"),
    source: "KMS_URL",
  });
});

it.each(["no url", "", "ftp://kms.example.com", "file:///etc/hosts", "https://"])(
  "is no URL for requests: %j",
  (text) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: "endpoint_not_allowed", attribute: "endpoint" });
    expect(error.rawMessage).toBe(
      "The endpoint for KMS from KMS_URL is not a URL like https://kms.example.com. Correct it or take it away.",
    );
  },
);

it("has an end", () => {
  const long = (length: number): string => "https://kms.example.com/".padEnd(length, "a");
  expect(checked(long(512)).url.href).toHaveLength(512);
  expect(refusal(long(513)).rawMessage).toContain("is not a URL like");
});

it.each([
  "https://me@kms.example.com",
  "https://:pass@kms.example.com",
  "https://kms.example.com/?a",
  "https://kms.example.com/#a",
])("holds nothing but a host, a port and a path: %s", (text) => {
  expect(refusal(text).rawMessage).toMatch(/holds more than a host, a port and a path\. Take away/);
  // A loopback host makes no difference to it.
  expect(refusal(text.replace("kms.example.com", "localhost")).rawMessage).toContain("holds more than");
});

it("is not plain HTTP over a network, reviewed or not", () => {
  for (const reviewed of [true, false]) {
    expect(refusal("http://kms.example.com:8080/x", reviewed).rawMessage).toMatch(
      /is plain HTTP to kms\.example\.com:8080, which anybody.*loopback hosts only/,
    );
  }
});

it("is one of the vendor's own where nobody reviewed it", () => {
  expect(checked("https://kms.example.com", false).url.host).toBe("kms.example.com");
  expect(checked("http://127.0.0.1:1", false).url.host).toBe("127.0.0.1:1");
  expect(refusal("https://kms.example.org:8443", false).rawMessage).toBe(
    "The endpoint for KMS from KMS_URL is kms.example.org:8443, which is not one of Example Cloud's own. If it is meant, write it into the configuration as `endpoint`, where it can be reviewed; otherwise take it away, or trust it.",
  );
  const { remedy: _, ...without } = rules;
  expect(() => checkedEndpoint({ text: "https://kms.example.org", source: "x", reviewed: false }, without)).toThrow(
    /otherwise take it away\.$/,
  );
});

it.each([
  ["localhost", true],
  ["[::1]", true],
  ["127.0.0.1", true],
  ["127.255.255.255", true],
  ["127.0.0.1.example.com", false],
  ["x127.0.0.1", false],
  ["1127.0.0.1", false],
  ["127.0.0", false],
  ["127.a.0.1", false],
  ["127.0.0.x1", false],
  ["127.0.a.1", false],
  ["127.0001.0.1", false],
  ["128.0.0.1", false],
  ["localhost.example.com", false],
  ["mylocalhost", false],
  ["[::2]", false],
  ["", false],
])("%s is this machine: %s", (hostname, is) => {
  expect(isLoopback(hostname)).toBe(is);
});
