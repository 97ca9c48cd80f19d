/** The body of a command that takes nothing but its address: none, or an empty object. */
export class NoBodyRequest {}
