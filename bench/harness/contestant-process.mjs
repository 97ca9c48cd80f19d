/** Runs one contestant and answers its parent; ends with it. */
const { open } = await import(`../contestants/${process.argv[2]}.mjs`);
let contestant = { open: async (options) => void (contestant = await open(options)) };

process.on('message', ({ call, method, args }) => {
  Promise.resolve(contestant[method]?.(...args)).then(
    (result) => process.send({ call, result }),
    (error) => process.send({ call, error: error.stack ?? String(error) }),
  );
});
// A parent that was killed disconnects as well.
process.once('disconnect', () => process.exit());
