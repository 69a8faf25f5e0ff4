import { weathersEveryStorm } from "./storms";

weathersEveryStorm("qkms");
