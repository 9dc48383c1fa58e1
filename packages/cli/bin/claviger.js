#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(
    `error: claviger needs Node.js 22.13 or newer; this is ${process.versions.node}. ` +
      'In a clone, run it with: npx claviger\n',
  );
  process.exit(2);
}

// Imported dynamically because older Node.js versions cannot parse it.
const { run, handleOutputErrors } = await import('../dist/src/main.js');

handleOutputErrors(process);
process.exitCode = await run(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  environment: process.env,
});
