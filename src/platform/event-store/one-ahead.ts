/** Goes through what is read piece by piece and reads the next piece while the present one is worked on. */
export async function* oneAhead<Piece>(pieces: AsyncGenerator<Piece>): AsyncGenerator<Piece> {
  let reading = pieces.next();
  try {
    for (let read = await reading; read.done !== true; read = await reading) {
      reading = pieces.next();
      reading.catch(() => undefined); // It is awaited in its turn; until then nobody may call it unhandled.
      yield read.value;
    }
  } finally {
    await pieces.return(undefined);
  }
}
