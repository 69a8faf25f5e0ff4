import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Provider as ProviderService } from "../gen/tfplugin6_pb";
import type { MaybePromise } from "../resource";

type Method = (typeof ProviderService)["method"];

/** What the host sends with a call of the protocol. */
export type Request<Name extends keyof Method> = MessageShape<Method[Name]["input"]>;

/** What a call is answered with. */
export type Response<Name extends keyof Method> = MessageInitShape<Method[Name]["output"]>;

/** One function for each call of the protocol. None of them throws: what goes wrong is said in diagnostics. */
export type ProviderHandlers = {
  readonly [Name in keyof Method]: (request: Request<Name>) => MaybePromise<Response<Name>>;
};
