/** Who may import whom. Types count: what is only imported for its shape is leaned on all the same. */
const PURE = '^src/(kernel/.+|.+/(contract|[^/]+\\.(contract|events|decider|projection|policy|plan|upcasters)))\\.ts$';
const CAPABILITY = '^src/(?!kernel/|platform/)([^/]+)/.+';
const ROOT = '^src/[^/]+\\.ts$';
const TEST = '(\\.spec\\.ts$|^test/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one, or miss a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'kernel-stands-alone',
      comment: 'The kernel imports the kernel, and no package.',
      severity: 'error',
      from: { path: '^src/kernel/', pathNot: TEST },
      to: { pathNot: '^src/kernel/' },
    },
    {
      name: 'pure-files-import-pure-files',
      comment: 'What decides and folds depends on nothing that acts, not even on the type of a package.',
      severity: 'error',
      from: { path: PURE, pathNot: TEST },
      to: { pathNot: PURE },
    },
    {
      name: 'platform-knows-no-capability',
      comment: 'The platform imports the kernel, packages and the migrations it runs.',
      severity: 'error',
      from: { path: '^src/platform/', pathNot: TEST },
      to: { path: '^(src|test|scripts|web)/', pathNot: '^src/(kernel|platform)/' },
    },
    {
      name: 'capabilities-meet-at-contracts',
      comment: 'A capability uses of another what its contract.ts offers.',
      severity: 'error',
      from: { path: CAPABILITY, pathNot: TEST },
      to: { path: CAPABILITY, pathNot: '^src/($1/|[^/]+/contract\\.ts$)' },
    },
    {
      name: 'roots-are-imported-by-nobody',
      comment: 'What starts the process knows everything, so nothing may know it.',
      severity: 'error',
      from: { pathNot: [ROOT, TEST] },
      to: { path: ROOT },
    },
    {
      name: 'tests-stay-outside',
      comment: 'What ships does not import what only tests need.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: 'ships-with-its-dependencies',
      comment: 'A package that src imports belongs to dependencies.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolves',
      comment: 'An import that leads nowhere is not checked by any other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
