package connect

// InChunks has an import take that many rows in one transaction, so that small files have many.
func InChunks(o ImportOptions, rows int) ImportOptions {
	o.chunkRows = rows
	return o
}
