import { silentLog } from "../../src/engine/log";
import { type Run, startRun } from "../../src/engine/run";
import type { KeyService } from "../../src/engine/key-service";
import type { Emulator, EmulatorOptions } from "../../src/emulator/index";
import { type KmsSettings, keyServices } from "../../src/kms/key-services";
import { systemClock } from "../../src/system-clock";
import { sendV3 } from "../emulator/alibaba/support";
import { emulator } from "./emulator";
import { plaintext } from "./life";

export const alibabaRegion = "cn-hangzhou";

export interface AlibabaRunChanges extends Partial<Pick<Run, "allowed">> {
  readonly watch?: (service: KeyService) => KeyService;
}

/** Runs of the engine against Alibaba Cloud's side of one emulator, and what a user of its KMS would do beside them. */
export interface AlibabaLife {
  readonly kms: Emulator;
  /** A new run: its memory is empty, as in a new process. */
  run(settings?: KmsSettings & AlibabaRunChanges): Run;
  service(): KeyService;
  /** As somebody else, with an access key of their own. @throws Error named by the code where it is refused */
  ask(action: string, parameters: Readonly<Record<string, string>>): Promise<Record<string, unknown>>;
  encrypt(keyArn: string): Promise<string>;
  /** The text that `encrypt` took, or the code of the error. */
  decrypt(ciphertext: string): Promise<string>;
  /** Names of the requests that the engine made since the last call. */
  calls(): string[];
  close(): Promise<void>;
}

export async function startAlibabaLife(options: EmulatorOptions = {}): Promise<AlibabaLife> {
  const kms = await emulator({
    ...options,
    alibaba: { accessKeys: { test: "test", ENGINE: "engine" }, ...options.alibaba },
  });
  const connected: { destroy(): void }[] = [];
  let seen = 0;
  const services = (changes: KmsSettings, watch?: AlibabaRunChanges["watch"]) => {
    const open = keyServices(
      {
        alibaba: { endpoint: kms.url, region: alibabaRegion, accessKey: "ENGINE", secretKey: "engine" },
        // Here nobody throttles, so nobody waits.
        importRequestsPerSecond: 1_000,
        retry: { firstPause: 1, longestPause: 1 },
        ...changes,
      },
      { clock: systemClock, log: silentLog, env: {}, ...(watch === undefined ? {} : { watch }) },
    );
    connected.push(open);
    return open;
  };
  const ask: AlibabaLife["ask"] = async (action, parameters) => {
    const { status, body } = await sendV3(kms, action, parameters);
    if (status !== 200) throw new Error(String(body["Code"]));
    return body;
  };
  return {
    kms,
    run({ allowed = {}, watch, ...changes } = {}) {
      return startRun({ clock: systemClock, log: silentLog, services: services(changes, watch), allowed });
    },
    service: () => services({}).service("alibaba", alibabaRegion),
    ask,
    async encrypt(KeyId) {
      const answer = await ask("Encrypt", { KeyId, Plaintext: Buffer.from(plaintext).toString("base64") });
      return String(answer["CiphertextBlob"]);
    },
    async decrypt(CiphertextBlob) {
      try {
        const answer = await ask("Decrypt", { CiphertextBlob });
        return Buffer.from(String(answer["Plaintext"]), "base64").toString();
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    calls() {
      const all = kms.requests.since(seen).filter(({ accessKeyId }) => accessKeyId !== "test");
      seen = kms.requests.mark();
      return all.map(({ operation }) => operation);
    },
    async close() {
      for (const open of connected) open.destroy();
      await kms.close();
    },
  };
}
