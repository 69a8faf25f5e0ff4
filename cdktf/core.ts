// The one file that names the construct library, so that the same source serves its successor: scripts/build-cdktn.mjs
// writes the other name here and in bindings.ts.
export {
  DefaultTokenResolver,
  dependable,
  Fn,
  type IResolvable,
  StringConcat,
  TerraformElement,
  TerraformProvider,
  TerraformStack,
  TerraformVariable,
  Token,
  Tokenization,
} from "cdktf";
