import type { StatedException } from "./room";

/**
 * docs/guides/custody.md: a report that the user has switched on lists the variables, the user's own included. Node can
 * leave them out since 22.13, and what byok starts by itself does so.
 */
export const reportsOfNode: StatedException = {
  what: "diagnostic reports of Node that list the user's own variables",
  fits: ({ kind, canary }) =>
    kind === "diagnostic report of Node" && ["variable", "inline", "inline successor"].includes(canary),
};

/**
 * What Node says of its own work. Not `stream`: that prints whatever passes through one, standard input and what a command
 * prints included, which docs/guides/custody.md says.
 */
export const nodeDebug = "http,http2,https,net,tls,child_process";
