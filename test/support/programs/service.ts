/** The service itself, with the settings it is given as JSON and no others. */
const [given = '{}'] = process.argv.slice(2);
const isSetting = (name: string): boolean => /^(PORT|HOST|DATABASE_URL|STAGELINE_\w+)$/.test(name);
for (const name of Object.keys(process.env).filter(isSetting)) Reflect.deleteProperty(process.env, name);
Object.assign(process.env, JSON.parse(given));
await import('../../../src/main.js');
