/**
 * Tests of a provider that is written with `byok/plugin`: a host inside of the process, and a server to which the real
 * Terraform connects.
 *
 * @packageDocumentation
 */
export { type Reattachable, serveForReattach } from "../reattach";
export { type ApplyOptions, type ConfigInput, HostError, type HostPlan, ProviderHost, ResourceInstance } from "./host";
