package db

import (
	"context"
	"database/sql"
	"sync"
)

const (
	hotAfter = 3   // transactions that used a text, before it is kept prepared
	maxHot   = 300 // statements kept
	maxSeen  = 3000
)

// hotStmts keeps the statements that many transactions use prepared, on every connection of a pool that runs them.
// Preparing a short statement costs SQLite as much as running it.
type hotStmts struct {
	mu    sync.Mutex
	seen  map[string]int
	stmts map[string]*sql.Stmt
}

// get is nil for a text that is not kept.
func (h *hotStmts) get(query string) *sql.Stmt {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stmts[query]
}

// learn counts the texts that a transaction on the pool has used, and prepares those that have become hot. It needs a free
// connection, so the transaction must have ended.
func (h *hotStmts) learn(ctx context.Context, pool *sql.DB, used map[string]*sql.Stmt) {
	for _, query := range h.count(used) {
		if stmt, err := pool.PrepareContext(ctx, query); err == nil { // otherwise it goes on being run directly
			h.keep(query, stmt)
		}
	}
}

// count returns the texts that this use makes hot.
func (h *hotStmts) count(used map[string]*sql.Stmt) (hot []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen == nil || len(h.seen) >= maxSeen {
		h.seen = map[string]int{}
	}
	for query := range used {
		if h.stmts[query] != nil {
			continue
		}
		if h.seen[query]++; h.seen[query] == hotAfter {
			hot = append(hot, query)
			delete(h.seen, query)
		}
	}
	return hot
}

func (h *hotStmts) keep(query string, stmt *sql.Stmt) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.stmts) >= maxHot {
		for _, old := range h.stmts {
			old.Close() // as soon as no transaction uses it
		}
		h.stmts = nil
	}
	if h.stmts == nil {
		h.stmts = map[string]*sql.Stmt{}
	}
	if old := h.stmts[query]; old != nil {
		old.Close()
	}
	h.stmts[query] = stmt
}
