// Makes the scripts of both pages with the esbuild and the SDK that npm has installed in the folder of DYNAMIC_REACT_HOME.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const home = process.env.DYNAMIC_REACT_HOME;
const { build } = createRequire(join(home, 'from-here.js'))('esbuild');

/** Without a user interface the page has no looks: looking through the vendor's style sheet is a third of what it does until it is ready. */
const unstyled = {
  name: 'unstyled',
  setup: ({ onLoad }) => onLoad({ filter: /sdk-react-core\/src\/lib\/main\.global\.js$/ }, () => ({ contents: 'export default ""' })),
};

const page = {
  entryPoints: [join(import.meta.dirname, 'page', 'main.jsx')],
  bundle: true,
  minifyWhitespace: true,
  minifySyntax: true, // not the names: the SDK asks an error's constructor for its own
  format: 'iife',
  target: 'es2022',
  jsx: 'automatic',
  nodePaths: [join(home, 'node_modules')],
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}', global: 'globalThis' },
  logLevel: 'warning',
};

await build({ ...page, outfile: join(home, 'page.js'), plugins: [unstyled] });
await build({ ...page, outfile: join(home, 'page-ui.js') });
