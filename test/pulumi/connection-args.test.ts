import type { OutputInstance } from "@pulumi/pulumi";
import type { ConnectionArgs } from "../../pulumi/connection-args";
import type { ConnectionArgument } from "../../pulumi/provider/connection";

/** All that a type holds, a line for each value: ".assumeRoles?[].roleArn: text". */
type Lines<T, At extends string = ""> =
  T extends Promise<infer Value>
    ? Lines<Value, At>
    : T extends OutputInstance<infer Value>
      ? Lines<Value, At>
      : T extends string
        ? `${At}: ${string extends T ? "text" : T}`
        : T extends number
          ? `${At}: number`
          : T extends boolean
            ? `${At}: flag`
            : T extends readonly (infer Element)[]
              ? Lines<Element, `${At}[]`>
              : string extends keyof T
                ? Lines<T[string & keyof T], `${At}{}`>
                : {
                    [N in keyof T & string]-?: Lines<Exclude<T[N], undefined>, `${At}.${N}${Optional<T, N>}`>;
                  }[keyof T & string];

type Optional<T, Name extends keyof T> = undefined extends T[Name] ? "?" : "";

type Same<One, Other> = [Lines<One>, Lines<Other>] extends [Lines<Other>, Lines<One>] ? true : false;

it("writes out for people what the tables of the clouds say", () => {
  // The compiler is the judge.
  const isSame: Same<ConnectionArgs, ConnectionArgument> = true;
  expect(isSame).toBe(true);
});

it("sees one property more or less, and one of another type", () => {
  const differ: readonly false[] = [
    false satisfies Same<ConnectionArgs, ConnectionArgument & { readonly more?: string }>,
    false satisfies Same<ConnectionArgs, Omit<ConnectionArgument, "profile">>,
    false satisfies Same<ConnectionArgs, Omit<ConnectionArgument, "qkms"> & { readonly qkms?: string }>,
    false satisfies Same<ConnectionArgs, Omit<ConnectionArgument, "endpoint"> & { readonly endpoint: string }>,
  ];
  expect(differ).toHaveLength(4);
});

it("reads types to their ends", () => {
  const line: Extract<Lines<ConnectionArgs>, `${string}assumeRole${string}`> = ".assumeRoles?[].tags?{}: text";
  expect(line).toContain("tags");
});
