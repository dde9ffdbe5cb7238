/** English. */
import {correct} from "./en/correct.js";
import {learn} from "./en/learn.js";
import {look} from "./en/look.js";
import {shell} from "./en/shell.js";

export const en = {...shell, ...look, ...correct, ...learn};
