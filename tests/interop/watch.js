// Which places of a vector file were read, and what happens when one of them says something else.

/** Every scalar of a document by its JSON pointer. */
export function leaves(value, at = "") {
  if (value === null || typeof value !== "object") return [at];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, `${at}/${key.replaceAll("/", "~1")}`));
}

/** The document, remembering in `read` each scalar that somebody asked for. */
export function watched(value, read, at = "") {
  if (value === null || typeof value !== "object") return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const found = Reflect.get(target, key, receiver);
      if (typeof key === "symbol" || !Object.hasOwn(target, key)) return found;
      const place = `${at}/${key.replaceAll("/", "~1")}`;
      if (found === null || typeof found !== "object") read.add(place);
      return watched(found, read, place);
    },
  });
}

/** A copy in which one scalar is another one of its kind. */
export function changed(document, pointer) {
  const copy = structuredClone(document);
  const keys = pointer.slice(1).split("/").map((key) => key.replaceAll("~1", "/"));
  const last = keys.pop();
  const holder = keys.reduce((value, key) => value[key], copy);
  holder[last] = another(holder[last]);
  return copy;
}

function another(value) {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (value === null) return 1;
  if (/^([0-9a-f]{2})+$/.test(value)) {
    const middle = Math.floor(value.length / 2);
    return value.slice(0, middle) + (parseInt(value[middle], 16) ^ 1).toString(16) + value.slice(middle + 1);
  }
  return value === "" ? "00" : `${value.slice(0, -1)}${value.endsWith("A") ? "B" : "A"}`;
}
