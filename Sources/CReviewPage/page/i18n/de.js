/** German. */
import {correct} from "./de/correct.js";
import {learn} from "./de/learn.js";
import {look} from "./de/look.js";
import {shell} from "./de/shell.js";

export const de = {...shell, ...look, ...correct, ...learn};
