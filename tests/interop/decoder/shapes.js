// What a map with integer keys must hold (section 2): exactly the keys that the page lists, each of its type.

import { refuse } from "./refused.js";

const no = (what, why) => refuse("EncodingError", `${what}: ${why}`);

/** `nat < limit`, from `least`. */
export const nat = (limit, least = 0) => (value, what) => {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value >= limit)
    no(what, `not an integer from ${least} to ${limit} − 1`);
  return value;
};
export const time = nat(2 ** 40);

export const bytes = (size) => (value, what) => {
  if (!(value instanceof Uint8Array) || value.length !== size) no(what, `not a byte string of ${size}`);
  return value;
};

export const blob = (limit = Infinity) => (value, what) => {
  if (!(value instanceof Uint8Array) || value.length > limit) no(what, `not a byte string of at most ${limit}`);
  return value;
};

/** A text of so many characters (Unicode code points). */
export const text = (most = Infinity, least = 0) => (value, what) => {
  if (typeof value !== "string") no(what, "not a text");
  const length = [...value].length;
  if (length > most || length < least) no(what, `not ${least} to ${most} characters`);
  return value;
};

export const list = (item, most = Infinity, least = 0) => (value, what) => {
  if (!Array.isArray(value) || value.length > most || value.length < least)
    no(what, `not a list of ${least} to ${most}`);
  return value.map((one, at) => item(one, `${what}, item ${at}`));
};

export const tuple = (...items) => (value, what) => {
  if (!Array.isArray(value) || value.length !== items.length) no(what, `not a list of ${items.length}`);
  return items.map((item, at) => item(value[at], `${what}, place ${at}`));
};

/** `x?`: null, or absent, when there is nothing to say. */
export const maybe = (shape) => {
  const read = (value, what) => (value === null || value === undefined ? null : shape(value, what));
  read.optional = true;
  return read;
};

/** The app's own map, checked for the encoding only. */
export const anyMap = (value, what) => {
  if (!(value instanceof Map)) no(what, "not a map");
  return value;
};

/** Null when there is nothing to say, and never left out. */
export const orNull = (shape) => (value, what) => (value === null ? null : shape(value, what));

export const exactly = (wanted) => (value, what) => {
  if (value !== wanted) no(what, `not ${wanted}`);
  return value;
};

/** `{1: …, 2: …}` by name: `fields` is { name: [key, shape] }. */
export const map = (fields) => (value, what) => {
  if (!(value instanceof Map)) no(what, "not a map");
  const known = new Set(Object.values(fields).map(([key]) => key));
  for (const key of value.keys()) if (!known.has(key)) no(what, `an entry ${key} that the page does not list`);
  const found = {};
  for (const [name, [key, shape]] of Object.entries(fields)) {
    if (!value.has(key) && !shape.optional) no(what, `no entry ${key}`);
    found[name] = shape(value.get(key), `${what}, ${name}`);
  }
  return found;
};

/** One whose keys must be texts. */
export const textMap = (value, what) => {
  if (!(value instanceof Map) || ![...value.keys()].every((key) => typeof key === "string"))
    no(what, "not a map with text keys");
  return value;
};
