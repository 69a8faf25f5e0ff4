// The guide on permissions, made from what test/permissions has seen every flow ask for.
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface RecordedFlow {
  readonly title: string;
  readonly role: string;
  readonly actions: readonly string[];
  readonly mayBeMissing: readonly string[];
}

type Statement = Readonly<Record<string, unknown>>;

/** How one KMS writes policies down. */
interface Dialect {
  readonly kms: string;
  readonly title: string;
  readonly introduction: string;
  /** What goes before and after the policies. */
  readonly notes: string;
  /** Permissions that nobody has to be granted. */
  readonly free: readonly string[];
  readonly policy: (role: string, actions: readonly string[]) => object;
}

const roles = {
  creator: "creates keys, and keeps their settings as configured",
  importer: "imports key material, renews it and brings it back",
  rotator: "rotates keys to material that waits for that, where the KMS can",
  auditor: "plans, refreshes, and looks at keys with `byok status` or the data source",
  destroyer: "destroys keys, and material where that is asked for",
} as const satisfies Record<string, string>;

export function permissionsPage(root: string): string {
  const sections = dialects.map((dialect) => {
    const path = join(root, "test", "permissions", "recorded", `${dialect.kms}.json`);
    const flows: readonly RecordedFlow[] = JSON.parse(readFileSync(path, "utf8"));
    return section(dialect, flows);
  });
  return `---
page_title: "Permissions"
subcategory: ""
description: "The least that each role needs on AWS KMS, Alibaba Cloud KMS and QKMS."
---

<!-- Made by \`npm run generate:docs\` from what the tests in test/permissions have seen every flow ask for. -->

# Permissions

The least that anyone who runs byok needs, by what it is run for. None of it is written from memory: every flow below is run
against the embedded KMS, the permissions that it asks for are taken down, and then it is run again once for each of them
without it. Each time the error names the permission and the resource, no key and no material is lost, and with the
permission back the flow comes to the same end.

| role | what for |
|---|---|
${Object.entries(roles)
  .map(([role, what]) => `| ${role} | ${what} |`)
  .join("\n")}

- **A plan or a refresh never needs a writing permission**, whatever the state of the key.
- **A denial is an error**, never a key that is gone, never material that is missing, and never a change to plan.
- **Nobody needs to be able to delete key material** to import, to renew or to destroy a key. Only
  \`deletion_policy = "delete"\` asks for it, and QKMS, where material cannot be renewed in any other way.
- **A rotation needs an importer, then a rotator**: the one imports the new material, in a key of several Regions in each of
  them, and the other rotates the key, in the primary's Region only. They may be one role, or two people.
- Anyone who applies also plans: give an applying role what the auditor of the same keys has.
- A permission in _italics_ may be missing. What cannot be done without it is left out, and told in a warning.

${sections.join("\n\n")}
`;
}

function section({ title, introduction, notes, free, policy }: Dialect, flows: readonly RecordedFlow[]): string {
  const parts = Object.keys(roles).flatMap((role) => {
    const own = flows.filter((flow) => flow.role === role);
    if (own.length === 0) return [];
    const rows = own.map(({ title: what, actions, mayBeMissing }) => {
      const words = actions.map((action) => (mayBeMissing.includes(action) ? `_\`${action}\`_` : `\`${action}\``));
      return `| ${what} | ${words.length === 0 ? "nothing" : words.join(", ")} |`;
    });
    const needed = [...new Set(own.flatMap(({ actions }) => actions))].filter((action) => !free.includes(action));
    const text = JSON.stringify(policy(role, needed.toSorted()), undefined, 2);
    return `### The ${role} on ${title}\n\n| to | needs |\n|---|---|\n${rows.join("\n")}\n\n\`\`\`json\n${text}\n\`\`\``;
  });
  return `## ${title}\n\n${introduction}\n\n${parts.join("\n\n")}\n\n${notes}`;
}

const reading = /:(?:Describe|Get|List)/;
/** It only serves to import, though its name says that it reads. */
const importing = "kms:GetParametersForImport";
const deletion = /Delete.*KeyMaterial$/;

function isRead(action: string): boolean {
  return reading.test(action) && action !== importing;
}

/** A statement, or nothing where it would allow nothing. */
function statement(sid: string, actions: readonly string[], rest: Statement): readonly Statement[] {
  return actions.length === 0 ? [] : [{ Sid: sid, Effect: "Allow", Action: actions, ...rest }];
}

const aws: Dialect = {
  kms: "aws",
  title: "AWS KMS",
  introduction: `Policies for identities. The account \`111122223333\` stands for yours, and \`key/*\` for the keys in question, where
they are known. A key policy must let the account's IAM policies take effect, as the default one does, or name the roles
itself. The condition on \`kms:KeyOrigin\` keeps a role away from all keys but those with imported material.`,
  free: ["sts:GetCallerIdentity"],
  policy: (_role, actions) => {
    const keys = "arn:aws:kms:*:111122223333:key/*";
    const external = { StringEquals: { "kms:KeyOrigin": "EXTERNAL" } };
    const makes = ["kms:CreateKey", "kms:ListKeys"];
    const made = actions.filter((action) => action === "kms:CreateKey");
    const listed = actions.filter((action) => action === "kms:ListKeys");
    const tagged: readonly string[] = made.length === 0 ? [] : actions.filter((action) => action === "kms:TagResource");
    const rest = actions.filter((action) => !makes.includes(action) && !tagged.includes(action));
    return {
      Version: "2012-10-17",
      Statement: [
        ...statement("CreateKeys", [...made, ...tagged], {
          Resource: "*",
          // Where a request carries no origin, such as that for a replica, there is nothing to compare.
          Condition: { StringEqualsIfExists: { "kms:KeyOrigin": "EXTERNAL" } },
        }),
        ...statement("ListKeys", listed, { Resource: "*" }),
        ...statement("ReadKeys", rest.filter(isRead), { Resource: keys }),
        ...statement(
          "ChangeKeys",
          rest.filter((action) => !isRead(action) && !deletion.test(action)),
          { Resource: keys, Condition: external },
        ),
        ...statement(
          "DeleteMaterialIfAskedFor",
          rest.filter((action) => deletion.test(action)),
          { Resource: keys, Condition: external },
        ),
      ],
    };
  },
  notes: `\`sts:GetCallerIdentity\` needs no grant on AWS. It is asked where \`allowed_account_ids\` is set and a key is created, and where
a key is not found.

A creator of multi-Region keys also needs \`iam:CreateServiceLinkedRole\` for KMS once in an account. \`assume_role\` needs
\`sts:AssumeRole\`, with tags \`sts:TagSession\`, with a source identity \`sts:SetSourceIdentity\`.

More condition keys that AWS offers on imports: \`kms:WrappingAlgorithm\`, \`kms:WrappingKeySpec\`, \`kms:ExpirationModel\` and
\`kms:ValidTo\`. With \`kms:ExpirationModel\` = \`KEY_MATERIAL_EXPIRES\` an importer cannot bring in material that never expires.`,
};

const alibaba: Dialect = {
  kms: "alibaba",
  title: "Alibaba Cloud KMS",
  introduction: `RAM policies. The account \`1234567890123456\` stands for yours. Keys are created and listed under the container \`key\`, and
all else is about a key.`,
  free: [],
  policy: (_role, actions) => {
    const container = "acs:kms:*:1234567890123456:key";
    const contained: readonly string[] = actions.filter(
      (action) => action === "kms:CreateKey" || action === "kms:ListKeys",
    );
    const others: readonly string[] = actions.filter((action) => action.startsWith("sts:"));
    const rest = actions.filter((action) => !contained.includes(action) && !others.includes(action));
    const unnamed = (list: readonly Statement[]) => list.map(({ Sid: _sid, ...words }) => words);
    return {
      Version: "1",
      Statement: unnamed([
        ...statement("keys", contained, { Resource: container }),
        ...statement(
          "key",
          rest.filter((action) => !deletion.test(action)),
          { Resource: `${container}/*` },
        ),
        ...statement(
          "material",
          rest.filter((action) => deletion.test(action)),
          { Resource: `${container}/*` },
        ),
        ...statement("sts", others, { Resource: "*" }),
      ]),
    };
  },
  notes: `Where a key lies in a KMS instance, its key policy must allow the same. The statement of the destroyer with
\`kms:DeleteKeyMaterial\` is for \`deletion_policy = "delete"\` only: leave it out where that is not used. \`kms:DescribeKey\` alone
makes plans of material; \`kms:GetKeyPolicy\` and \`kms:ListResourceTags\` are for keys whose \`policy\` and \`tags\` are managed.`,
};

const qkms: Dialect = {
  kms: "qkms",
  title: "QKMS",
  introduction: `QKMS is documented to grant permissions in the key policy, by the names of AWS. How it spells a principal is not documented,
so \`PRINCIPAL\` is to be replaced. \`kms:CreateKey\` and \`kms:ListKeys\` are about no key, so that no key policy can grant them: they
are left out below and come with the account.`,
  free: ["kms:CreateKey", "kms:ListKeys"],
  policy: (role, actions) => ({
    Version: "2012-10-17",
    Statement: statement(`Byok${role.charAt(0).toUpperCase()}${role.slice(1)}`, actions, {
      Principal: { AWS: "PRINCIPAL" },
      Resource: "*",
    }),
  }),
  notes: `An import takes an empty key there, so renewing material, changing its lifetime and taking it over delete it first, and an
importer needs \`kms:DeleteImportedKeyMaterial\` for that; \`allow_interruption = false\` forbids it. Whether the import that is to
follow is allowed is found out before anything is deleted. The destroyer needs it for \`deletion_policy = "delete"\` only.
QKMS tells nothing of the account of the credentials, so that \`kms:ListKeys\` stands in for \`sts:GetCallerIdentity\`.`,
};

const dialects: readonly Dialect[] = [aws, alibaba, qkms];
