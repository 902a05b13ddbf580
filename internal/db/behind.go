package db

// maxBehind is how many bulk inserts may wait: enough for the statements of a step, so that the next step can be prepared.
const maxBehind = 32

// behind runs the bulk inserts of a transaction, one after the other, while the goroutine that the transaction belongs to
// prepares what comes next. Every other statement, and the end, wait until it has caught up, so that a transaction still
// sees what it wrote.
type behind struct {
	inserts chan func() error
	done    chan error // the first error, once all are done
}

// insertLater has an insert run soon. Its error comes out of the next statement, or of the commit.
func (tx *Tx) insertLater(insert func() error) {
	if tx.behind == nil {
		b := &behind{make(chan func() error, maxBehind), make(chan error)}
		tx.behind = b
		go b.run()
	}
	tx.behind.inserts <- insert
}

func (b *behind) run() {
	var first error
	for insert := range b.inserts {
		if first == nil {
			first = insert()
		}
	}
	b.done <- first
}

// catchUp waits for the inserts that were to run later.
func (tx *Tx) catchUp() error {
	if tx.behind == nil {
		return nil
	}
	close(tx.behind.inserts)
	err := <-tx.behind.done
	tx.behind = nil
	return err
}
