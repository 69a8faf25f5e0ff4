import type { Construct } from "constructs";
import { DefaultTokenResolver, StringConcat, TerraformElement, TerraformStack, Token, Tokenization } from "./core";
import { type Faults, faultIf } from "./faults";

/** What to do instead; the end of each error. */
const remedy =
  'Use an ephemeral variable (`new KeyMaterialVariable(this, "payments_key").stringValue`), a reference to an ephemeral resource, or name a source instead: `keyMaterialSource: "file:keys/payments.bin"`.';

/**
 * Throws for bytes that are written in the program, before they can get anywhere: everything in a construct is
 * written to cdk.tf.json. Expressions are looked at by `referenceFaults`.
 */
export function refuseLiteral(construct: Construct, value: string): void {
  if (Token.isUnresolved(value) || value.includes("${")) return;
  throw new Error(
    `${construct.node.path}: \`keyMaterial\` must not be a literal text: it would be written to cdk.tf.json and to saved plans. ${remedy}`,
  );
}

/**
 * What is wrong with an expression for key material: it must come from ephemeral values alone, since all others are
 * stored somewhere. The value itself is never repeated.
 */
export function referenceFaults(construct: Construct, value: string): Faults {
  const text: unknown = Tokenization.resolve(value, {
    scope: construct,
    resolver: new DefaultTokenResolver(new StringConcat()),
    preparing: false,
  });
  const expression = typeof text === "string" ? /^\$\{([^]*)\}$/.exec(text.trim())?.[1] : undefined;
  if (expression === undefined || longLiteral.test(expression)) {
    return [`\`keyMaterial\` must not contain literal text: it would be written to cdk.tf.json. ${remedy}`];
  }
  const [, read] = /\b(file(?:base64)?|templatefile)\(/.exec(expression) ?? [];
  if (read !== undefined) {
    return [
      `\`keyMaterial\` calls ${read}, which is not a reference to an ephemeral value. For a file, set \`keyMaterialSource: "file:keys/payments.bin"\`: the provider reads it.`,
    ];
  }
  const references = [...expression.matchAll(/(?<![\w.-])([A-Za-z_][\w-]*)\.([A-Za-z_][\w-]*)/g)];
  const variables = references.filter(([, kind]) => kind === "var").map(([, , name = ""]) => name);
  const others = references.filter(([, kind = ""]) => kind !== "var" && kind !== "ephemeral").map(([whole]) => whole);
  return [
    ...faultIf(
      references.length === 0,
      `\`keyMaterial\` must refer to an ephemeral value, and refers to none. ${remedy}`,
    ),
    ...others.map(
      (name) =>
        `\`keyMaterial\` must refer to ephemeral values only: Terraform stores ${name} in its state or plan. ${remedy}`,
    ),
    ...variables.flatMap((name) => variableFaults(construct, name)),
  ];
}

function variableFaults(construct: Construct, name: string): Faults {
  const declared = declaredVariables(construct).get(name);
  return [
    ...faultIf(
      declared?.["ephemeral"] !== true,
      `\`keyMaterial\` refers to the variable ${name}, which is not ephemeral: its value would be written to saved plans. Make it one with \`addOverride("ephemeral", true)\`, or use \`KeyMaterialVariable\`.`,
    ),
    ...faultIf(
      typeof declared?.["default"] === "string",
      `\`keyMaterial\` refers to the variable ${name}, which has a default: it would be written to cdk.tf.json. Remove it.`,
    ),
  ];
}

/** The variables of the construct's stack as Terraform will see them, with what was overridden. */
function declaredVariables(construct: Construct): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const elements = TerraformStack.of(construct).node.findAll().filter(isElement);
  const declared = elements.flatMap((element) => {
    const part: { variable?: Record<string, Record<string, unknown>> } = element.toTerraform();
    return Object.entries(part.variable ?? {});
  });
  return new Map(declared);
}

function isElement(thing: unknown): thing is TerraformElement {
  return TerraformElement.isTerraformElement(thing) && !TerraformStack.isStack(thing);
}

/** As long as the shortest key in hexadecimal or base64, and made of nothing else. */
const longLiteral = /"[A-Za-z0-9+/_=-]{22,}"/;
