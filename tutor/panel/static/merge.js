// Two people changed one thing: what each of them changed of what both had seen. What is not there is undefined.
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// `collisions` names what both changed, each in their own way; there `merged` has mine, or what was `chosen`.
export function merge(base, mine, theirs, chosen = {}) {
  const merged = {}, collisions = [];
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const untouched = same(mine[name], base[name]);
    const value = name in chosen ? chosen[name] : untouched ? theirs[name] : mine[name];
    if (value !== undefined) merged[name] = value;
    if (name !== "order" && !untouched && !same(theirs[name], base[name]) && !same(mine[name], theirs[name])) collisions.push(name);
  }
  if (merged.order) merged.order = [...new Set([...merged.order, ...theirs.order, ...mine.order])].filter(key => entry(key) in merged);
  return {merged, collisions};
}

// What of `values` is not as in `base`.
export function changes(base, values) {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !same(value, base[name])));
}

// A list is values too, so that each of its entries is merged by itself: "order" has their keys.
const entry = key => `entry ${key}`;

export const isEntry = name => name.startsWith("entry ");

export const apart = pairs => ({order: pairs.map(([key]) => key), ...Object.fromEntries(pairs.map(([key, value]) => [entry(key), value]))});

export const together = values => values.order.map(key => [key, values[entry(key)]]);
