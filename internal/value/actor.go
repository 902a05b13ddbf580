package value

// Actor is who makes a change: a person, or a part of Zveno acting by itself.
type Actor struct {
	Person ID     // zero for the system
	Name   string // as shown in the history: "Anna Snelling", "import", "demo"
}

// System is the actor of what Zveno does by itself; part says which part of it ("import", "migration").
func System(part string) Actor { return Actor{Name: part} }
