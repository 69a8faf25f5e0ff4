// What the requests alone cost: DescribeKey for each key, ten at a time as Terraform asks, by the SDK that the provider
// uses. Arguments: the KMS's URL, a key's ARN, how often.
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";

const [, , endpoint = "", keyArn = "", times = "0"] = process.argv;

const client = new KMSClient({
  endpoint,
  region: "eu-central-1",
  credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
});
let left = Number(times);

async function ask(): Promise<void> {
  while (left > 0) {
    left -= 1;
    await client.send(new DescribeKeyCommand({ KeyId: keyArn }));
  }
}

void Promise.all(Array.from({ length: 10 }, ask)).then(() => client.destroy());
