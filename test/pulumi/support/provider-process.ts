import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  type CheckResponse,
  ConfigureRequest,
  CreateRequest,
  type CreateResponse,
  DeleteRequest,
  DiffRequest,
  DiffResponse,
  ErrorResourceInitFailed,
  ReadRequest,
  type ReadResponse,
  UpdateRequest,
  type UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isProps, type Props, providerProperty } from "../../../pulumi/provider/props";
import type { Methods, Provider } from "./methods";

type Answer<T> = (error: ServiceError | null, response: T) => void;

/** A provider that can be killed in the middle of its work. */
export interface ProviderProcess extends Provider {
  /** Ends when the process is dead. */
  kill(): Promise<void>;
}

/**
 * Pulumi's own process for dynamic providers, as the CLI starts it for a project, spoken to as its engine does: so the
 * serialised provider, the resolution of the package and the protocol are the real ones.
 *
 * @param preloaded scripts that run before it
 */
export async function providerProcess(
  project: string,
  env: Readonly<Record<string, string>>,
  config: Readonly<Record<string, string>>,
  preloaded: readonly string[] = [],
): Promise<ProviderProcess> {
  const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
  const before = preloaded.flatMap((file) => ["--require", file]);
  const child = spawn(process.execPath, [...before, script, "127.0.0.1:0"], {
    cwd: project,
    env: {
      PATH: process.env["PATH"],
      PULUMI_NODEJS_PROJECT: "fixture",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: string[] = [];
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  createInterface({ input: child.stderr }).on("line", (line) => printed.push(line));
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("error", reject);
    child.once("close", () => reject(new Error(`The provider process ended: ${printed.join("\n")}`)));
  });
  lines.on("line", (line) => printed.push(line));
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const configure = new ConfigureRequest();
  configure.setArgs(struct(config));
  await call<unknown>((done) => client.configure(configure, done));
  return {
    methods: () => methodsOf(client),
    printed: () => printed,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async close() {
      client.close();
      child.kill();
      await ended;
    },
  };
}

function methodsOf(client: ResourceProviderClient): Methods {
  return {
    async check(olds, news) {
      const request = new CheckRequest();
      request.setOlds(struct(olds));
      request.setNews(struct(news));
      const response = await call<CheckResponse>((done) => client.check(request, done));
      const failures = response
        .getFailuresList()
        .map((one) => ({ property: one.getProperty(), reason: one.getReason() }));
      return { inputs: { ...props(response.getInputs()) }, failures };
    },
    async diff(id, olds, news) {
      const request = new DiffRequest();
      request.setId(id);
      request.setOlds(struct(olds));
      request.setNews(struct(news));
      const response = await call<DiffResponse>((done) => client.diff(request, done));
      const changes = response.getChanges();
      // A diff that does not say yes or no leaves the engine to its own comparison.
      if (changes === DiffResponse.DiffChanges.DIFF_UNKNOWN) throw new Error("The diff gave no explicit answer.");
      return {
        changes: changes === DiffResponse.DiffChanges.DIFF_SOME,
        replaces: response.getReplacesList(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
      };
    },
    async create(inputs) {
      const request = new CreateRequest();
      request.setProperties(struct(inputs));
      const response = await call<CreateResponse>((done) => client.create(request, done));
      return { id: response.getId(), outs: { ...props(response.getProperties()) } };
    },
    async read(id, outs) {
      const request = new ReadRequest();
      request.setId(id);
      request.setProperties(struct(outs));
      const response = await call<ReadResponse>((done) => client.read(request, done));
      return { id: response.getId(), props: { ...props(response.getProperties()) } };
    },
    async update(id, olds, news) {
      const request = new UpdateRequest();
      request.setId(id);
      request.setOlds(struct(olds));
      request.setNews(struct(news));
      const response = await call<UpdateResponse>((done) => client.update(request, done));
      return { outs: { ...props(response.getProperties()) } };
    },
    async delete(id, outs) {
      const request = new DeleteRequest();
      request.setId(id);
      request.setProperties(struct(outs));
      await call<unknown>((done) => client.delete(request, done));
    },
  };
}

function call<T>(send: (done: Answer<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, response) => {
      if (error === null) resolve(response);
      else reject(toldBy(error));
    });
  });
}

/** The error of a call, with what the engine reads out of its metadata. */
function toldBy(error: ServiceError): Error {
  const told = new Error(error.details);
  const metadata = error.metadata instanceof Metadata ? error.metadata.get("grpc-status-details-bin") : [];
  const [details] = metadata;
  if (!Buffer.isBuffer(details)) return told;
  for (const detail of Status.deserializeBinary(details).getDetailsList()) {
    const failure = ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
    const properties = props(failure.getProperties());
    if (properties[providerProperty] === undefined) throw new Error("A partial failure came without its provider.");
    return Object.assign(told, { id: failure.getId(), reasons: failure.getReasonsList(), properties });
  }
  return told;
}

function struct(values: Props): Struct {
  const plain: Record<string, JavaScriptValue> = JSON.parse(JSON.stringify(values));
  return Struct.fromJavaScript(plain);
}

function props(values: Struct | undefined): Props {
  const plain: unknown = values?.toJavaScript();
  return isProps(plain) ? plain : {};
}
