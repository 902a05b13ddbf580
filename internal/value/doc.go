// Package value holds the small immutable values that every other package speaks in: identifiers, money, days, periods,
// instants and the actor of a change. It imports nothing of Zveno.
package value
