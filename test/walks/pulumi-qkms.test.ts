import { pulumiTool } from "./pulumi-tool";
import { walks } from "./walks";

walks("pulumi", "qkms", pulumiTool, { short: 15, long: 3400 });
