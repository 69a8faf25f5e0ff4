import { terraformTool } from "./terraform-tool";
import { walks } from "./walks";

walks("terraform", "qkms", terraformTool, { short: 15, long: 3400 });
