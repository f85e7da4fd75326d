// Reads a JSON list of queries from standard input and writes what the oracle makes of each: its tree, or its error.
import { readFileSync } from "node:fs";
import { parseQuery } from "@jetstreamapp/soql-parser-js";

const queries = JSON.parse(readFileSync(0, "utf8"));
const answers = queries.map((query) => {
  try {
    return { tree: parseQuery(query) };
  } catch (error) {
    return { error: String(error.message) };
  }
});
process.stdout.write(JSON.stringify(answers));
