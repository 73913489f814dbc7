// Puts what the pages need from npm into dashboards/static/npm, from where the go command embeds it: node
// dashboards/script/build.mjs, after npm ci.
import { build } from 'esbuild';
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = here('../static/npm/');
await mkdir(out, { recursive: true });

await build({
  entryPoints: [here('charts.js')],
  outfile: out + 'charts.js',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome100', 'firefox100', 'safari15'],
  legalComments: 'eof',
  logLevel: 'warning',
});

// One variable font: Latin, and the letters that Vietnamese adds to it.
for (const subset of ['latin', 'vietnamese']) {
  await copyFile(
    here(`../../node_modules/@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`),
    `${out}inter-${subset}.woff2`,
  );
}
