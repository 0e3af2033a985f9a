// How hey-api writes the TypeScript SDK; `handfast sdk` says by the environment what to read and where to write.
export default {
  input: process.env.SDK_DOCUMENT,
  output: { path: process.env.SDK_OUTPUT, importFileExtension: ".js" },
  plugins: ["@hey-api/typescript", "@hey-api/sdk", "@hey-api/client-fetch"],
};
