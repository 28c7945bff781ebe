// Two people changed one thing: what each of them changed of what both had seen.
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// `collisions` names what both changed, each in their own way; there `merged` has mine.
export function merge(base, mine, theirs) {
  const merged = {}, collisions = [];
  for (const name of Object.keys(mine)) {
    const untouched = same(mine[name], base[name]);
    merged[name] = untouched ? theirs[name] : mine[name];
    if (!untouched && !same(theirs[name], base[name]) && !same(mine[name], theirs[name])) collisions.push(name);
  }
  return {merged, collisions};
}

// What of `values` is not as in `base`.
export function changes(base, values) {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !same(value, base[name])));
}
