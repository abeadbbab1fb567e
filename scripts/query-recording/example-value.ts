import ts from "typescript";

const maximumDepth = 8;

/**
 * A value of a type, made up from nothing but the type: the same type always gives the same value, optional parts are
 * there, lists hold one element, of several alternatives the one that comes first as text is taken.
 *
 * @throws for types that no plain value has (a Map, say)
 */
export function exampleValue(checker: ts.TypeChecker, type: ts.Type, depth = 0): unknown {
  if (depth > maximumDepth) return undefined;
  if (type.isUnion()) return exampleOfUnion(checker, type, depth);
  if (type.isStringLiteral() || type.isNumberLiteral()) return type.value;
  const simple = simpleValue(type);
  if (simple !== undefined) return simple.value;
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    return checker
      .getTypeArguments(type as ts.TypeReference)
      .map((element) => exampleValue(checker, element, depth + 1));
  }
  if (type.getCallSignatures().length > 0) return () => undefined;
  return knownObject(type) ?? exampleOfObject(checker, type, depth);
}

function simpleValue({ flags }: ts.Type): { readonly value: unknown } | undefined {
  if (flags & ts.TypeFlags.StringLike) return { value: "example" };
  if (flags & ts.TypeFlags.NumberLike) return { value: 1 };
  if (flags & ts.TypeFlags.BooleanLike) return { value: true };
  if (flags & ts.TypeFlags.Null) return { value: null };
  if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return { value: undefined };
  return flags & ts.TypeFlags.Unknown ? { value: {} } : undefined;
}

function knownObject(type: ts.Type): unknown {
  const name = type.getSymbol()?.getName();
  if (name === "Buffer" || name === "Uint8Array") return Buffer.from("example");
  if (name === "Date") return new Date(0);
  if (name === "Map" || name === "Set" || name === "ReadonlyMap" || name === "ReadonlySet") {
    throw new Error(`a query takes a ${name}: give it a plain list instead`);
  }
  return undefined;
}

function exampleOfUnion(checker: ts.TypeChecker, union: ts.UnionType, depth: number): unknown {
  const empty = ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Void;
  const useful = union.types.filter((type) => (type.flags & empty) === 0);
  const examples = useful.map((type) => exampleValue(checker, type, depth + 1));
  const sorted = examples.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  return sorted[0];
}

function exampleOfObject(checker: ts.TypeChecker, type: ts.Type, depth: number): unknown {
  const entries = checker.getPropertiesOfType(type).map((property): [string, unknown] => {
    const propertyType = checker.getTypeOfSymbol(property);
    return [property.getName(), exampleValue(checker, propertyType, depth + 1)];
  });
  return Object.fromEntries(entries);
}
