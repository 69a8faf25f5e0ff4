import { createHash, createHmac } from "node:crypto";
import { stringToSignV1 } from "../../../src/emulator/alibaba/signature";
import { oddTexts } from "../mutation";
import type { Random } from "../random";
import { hostileJson } from "./json";

/** One request as it goes over the wire. */
export interface WrittenRequest {
  readonly line: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export function bytesOf({ line, headers, body }: WrittenRequest): Buffer {
  const head = [line, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
  return Buffer.from(`${head}\r\n\r\n${body}`);
}

const scope = "20260101/us-east-1/kms/aws4_request";

/** A signed request of AWS's wire; the embedded KMS looks at the scope of the signature only. */
export function awsRequest(operation: string, input: string): WrittenRequest {
  return post("/", input, [
    ["Content-Type", "application/x-amz-json-1.1"],
    ["X-Amz-Target", `TrentService.${operation}`],
    ["Authorization", `AWS4-HMAC-SHA256 Credential=AKIA/${scope}, SignedHeaders=host, Signature=00`],
  ]);
}

export function stsRequest(form: string): WrittenRequest {
  return post("/", form, [
    ["Content-Type", "application/x-www-form-urlencoded"],
    ["Authorization", `AWS4-HMAC-SHA256 Credential=AKIA/${scope}, SignedHeaders=host, Signature=00`],
  ]);
}

/** A request of Alibaba Cloud's wire with a right signature of version 1, everything in the query. */
export function alibabaRequest(parameters: Readonly<Record<string, string>>, now: Date): WrittenRequest {
  // By way of bytes, since half of a pair of surrogates has no place in a URL.
  const all = new Map<string, string>(
    Object.entries({
      Format: "JSON",
      Version: "2016-01-20",
      AccessKeyId: "test",
      SignatureMethod: "HMAC-SHA1",
      SignatureVersion: "1.0",
      Timestamp: now.toISOString().replace(/\.\d+Z$/, "Z"),
      ...parameters,
    }).map(([name, value]) => [name, Buffer.from(value).toString()]),
  );
  const signature = createHmac("sha1", "test&").update(stringToSignV1("GET", all)).digest("base64");
  return {
    line: `GET /?${new URLSearchParams([...all, ["Signature", signature]]).toString()} HTTP/1.1`,
    headers: [host],
    body: "",
  };
}

/** A request of QKMS's wire with a right signature. */
export function qkmsRequest(operation: string, input: string): WrittenRequest {
  const [day, time] = ["20260101", "20260101T000000Z"];
  const signed = [
    ["content-type", "application/x-amz-json-1.1"],
    ["host", host[1]],
    ["x-amz-date", time],
    ["x-amz-target", `TrentService.${operation}`],
  ] as const;
  const names = signed.map(([name]) => name).join(";");
  const canonical = [
    "POST\n/qkms\n",
    ...signed.map(([name, value]) => `${name}:${value}`),
    `\n${names}`,
    digest(input),
  ].join("\n");
  const key = [day, "us-east-1", "kms", "aws4_request"].reduce(hmac, Buffer.from("AWS4test"));
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest(canonical)}`).toString("hex");
  return post("/qkms", input, [
    ...signed.filter(([name]) => name !== "host"),
    ["Authorization", `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${names}, Signature=${signature}`],
  ]);
}

export function controlRequest(method: string, name: string, body: string): WrittenRequest {
  return { ...post(`/_byok/${name}`, body, []), line: `${method} /_byok/${name} HTTP/1.1` };
}

const host = ["Host", "127.0.0.1"] as const;

function post(path: string, body: string, headers: WrittenRequest["headers"]): WrittenRequest {
  const length = ["Content-Length", String(Buffer.byteLength(body))] as const;
  return { line: `POST ${path} HTTP/1.1`, headers: [host, length, ...headers], body };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A request with something wrong about its first line, its headers or the length of its body. */
export function hostileRequest(random: Random, request: WrittenRequest): Buffer {
  return random.pick(changes)(random, request);
}

type Change = (random: Random, request: WrittenRequest) => Buffer;

const changes: readonly Change[] = [
  (_random, request) => bytesOf(request),
  (_random, request) => bytesOf(request),
  (random, request) => bytesOf({ ...request, line: random.pick(lines)(request.line) }),
  (random, request) => bytesOf({ ...request, headers: request.headers.filter(() => !random.oneIn(3)) }),
  (random, request) => withHeader(random.pick(oddHeaders(random)), request),
  (random, request) =>
    bytesOf({ ...request, headers: request.headers.map((pair) => (random.oneIn(3) ? twisted(random, pair) : pair)) }),
  (random, request) => Buffer.concat([bytesOf({ ...request, body: "" }), random.bytes(random.below(200))]),
  (_random, request) => chunked(request, `${request.body.length.toString(16)}\r\n${request.body}\r\n0\r\n\r\n`),
  (random, request) =>
    chunked(request, random.pick(["ffffffff\r\nx", "-1\r\n", "0\r\n\r\n", "g\r\n", "1\r\nxyz", "0;x\r\nA: b\r\n\r\n"])),
  (_random, request) => Buffer.concat([bytesOf(request), bytesOf(request)]),
  (random, request) =>
    Buffer.from(
      bytesOf(request)
        .toString("latin1")
        .replaceAll("\r\n", random.pick(["\n", "\r", "\0"])),
      "latin1",
    ),
  (random, request) => bytesOf({ ...request, body: `${request.body}${random.pick(oddTexts)}` }),
];

const lines: readonly ((line: string) => string)[] = [
  (line) => line.replace("HTTP/1.1", "HTTP/1.0"),
  (line) => line.replace("HTTP/1.1", "HTTP/9.9"),
  (line) => line.replace(/^\w+/, "BREW"),
  (line) => line.replace(/^\w+/, "CONNECT"),
  (line) => line.replace(" /", " http://evil.example/"),
  (line) => line.replace(" /", " //evil.example/"),
  (line) => line.replace(" /", " /%"),
  (line) => line.replace(" /", " /\u00ff"),
  (line) => line.replace(" /", " *"),
  (line) => line.replace(" /", ` /${"a".repeat(20_000)}`),
  (line) => line.replace(" HTTP", "?a=%zz&__proto__=1 HTTP"),
  () => "",
  () => "\u0016\u0003\u0001",
  () => "PRI * HTTP/2.0",
];

function oddHeaders(random: Random): readonly (readonly [string, string])[] {
  return [
    ["Host", "evil.example"],
    ["Host", ""],
    ["Origin", "https://evil.example"],
    ["Sec-Fetch-Site", "cross-site"],
    ["Content-Length", random.pick(["-1", "1e3", "99999999999", "0", "+5", "5, 5", "0x10"])],
    ["Transfer-Encoding", random.pick(["chunked", "gzip, chunked", "identity", "chunked, chunked", "xchunked"])],
    ["Expect", random.pick(["100-continue", "200-ok"])],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade, close"],
    ["X-Amz-Target", random.pick(["TrentService.__proto__", "TrentService.", "\u00ff", "TrentService.ListKeys"])],
    [
      "Authorization",
      random.pick([
        "",
        "AWS4-HMAC-SHA256 Credential=",
        `AWS4- ${"Credential=".repeat(900)}`,
        "ACS3-HMAC-SHA256 Credential=x",
      ]),
    ],
    ["Content-Type", random.pick(["application/x-www-form-urlencoded", "\u00ff", "a".repeat(9_000)])],
    ["X-Acs-Action", "Encrypt"],
    ["A".repeat(9_000), "b"],
    ["X", "b".repeat(random.pick([9_000, 70_000]))],
    ["Bad Name", "x"],
    ["X", "\0"],
  ];
}

function twisted(random: Random, [name, value]: readonly [string, string]): readonly [string, string] {
  const at = random.below(value.length + 1);
  return [
    name,
    random.oneIn(2) ? value.slice(0, at) : `${value.slice(0, at)}${random.pick(oddTexts)}${value.slice(at)}`,
  ];
}

function withHeader([name, value]: readonly [string, string], request: WrittenRequest): Buffer {
  const others = request.headers.filter(([one]) => one.toLowerCase() !== name.toLowerCase() || value.length % 2 === 0);
  return bytesOf({ ...request, headers: [...others, [name, value]] });
}

function chunked(request: WrittenRequest, body: string): Buffer {
  const others = request.headers.filter(([name]) => name !== "Content-Length");
  return bytesOf({ ...request, headers: [...others, ["Transfer-Encoding", "chunked"]], body });
}

/** A good request whose input is hostile JSON. */
export function hostileInput(random: Random, input: unknown): string {
  return random.oneIn(3) ? JSON.stringify(input) : hostileJson(random, input);
}
