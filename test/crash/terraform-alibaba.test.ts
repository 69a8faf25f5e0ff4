import { crashMatrix } from "./matrix";
import { terraformFace } from "./terraform-face";

crashMatrix("terraform", terraformFace, "alibaba");
