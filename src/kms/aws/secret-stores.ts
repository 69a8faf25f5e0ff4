/** The stores of secrets that AWS has, by the schemes of their sources. */
export const awsSecretStores = ["secretsmanager", "ssm"] as const;

export type AwsSecretStore = (typeof awsSecretStores)[number];

export function isAwsSecretStore(name: string): name is AwsSecretStore {
  return awsSecretStores.some((store) => store === name);
}
