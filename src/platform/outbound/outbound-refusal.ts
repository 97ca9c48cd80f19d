/** A call outwards that is not made, or an answer that is not taken, however often it is tried. The message holds no secret. */
export class OutboundRefusal extends Error {
  override readonly name = 'OutboundRefusal';
}
