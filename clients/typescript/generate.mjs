// Writes the messages and services of the contract into src/gen and src/v1.ts. It gives
// the descriptors to protoc-gen-es, so that no protoc is needed.
// Usage: node generate.mjs contract.binpb service_config.json
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

const [descriptors, policy] = process.argv.slice(2);
const files = fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)).file;
const wanted = files.map((file) => file.name).filter((name) => !name.startsWith("google/protobuf/"));

const request = create(CodeGeneratorRequestSchema, {
  fileToGenerate: wanted,
  parameter: "target=ts,import_extension=js",
  protoFile: files,
});
const plugin = spawnSync("node_modules/.bin/protoc-gen-es", {
  input: toBinary(CodeGeneratorRequestSchema, request),
  maxBuffer: 1 << 28,
});
if (plugin.status !== 0) {
  throw new Error(`protoc-gen-es failed: ${plugin.error ?? plugin.stderr}`);
}
const response = fromBinary(CodeGeneratorResponseSchema, plugin.stdout);
if (response.error) {
  throw new Error(`protoc-gen-es: ${response.error}`);
}

rmSync("src/gen", { recursive: true, force: true });
for (const file of response.file) {
  const path = join("src/gen", file.name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, file.content);
}

const own = wanted.filter((name) => name.startsWith("sipfacade/")).map((name) => name.replace(/\.proto$/, "_pb.js"));
writeFileSync("src/v1.ts", own.map((path) => `export * from "./gen/${path}";\n`).join(""));
writeFileSync("src/service_config.ts", `export const serviceConfig = ${readFileSync(policy, "utf8").trimEnd()} as const;\n`);
