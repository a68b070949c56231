// How this decoder says no: a class of failure (the names that the vectors carry) and the reason in words.

export class Refused extends Error {
  constructor(kind, why) {
    super(why);
    this.kind = kind;
  }
}

export function refuse(kind, why) {
  throw new Refused(kind, why);
}

/** Whatever `work` refuses is, for who reads this format, a refusal of this kind. The reason stays. */
export async function as(kind, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) throw new Refused(kind, error.message);
    throw error;
  }
}
