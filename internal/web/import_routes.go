package web

import "zveno.dev/zveno/internal/identity"

// register adds a page for those who are signed in and may do all that it needs.
type register func(pattern string, p page, needs ...identity.Capability)

// importRoutes registers the pages with which files are imported.
func (s *Site) importRoutes(add register) {
	add("GET /imports", s.showImports, identity.Import)
	add("POST /imports", s.uploadImport, identity.Import)
	add("GET /imports/{import}", s.showImport, identity.Import)
	add("POST /imports/{import}/undo", s.undoImport, identity.Import)
	add("GET /imports/undoing/{import}", s.showUndoing, identity.Import)
	add("GET /imports/drafts/{draft}", s.showDraft, identity.Import)
	add("GET /imports/drafts/{draft}/progress", s.showProgress, identity.Import)
	add("POST /imports/drafts/{draft}/mapping", s.saveMapping, identity.Import)
	add("POST /imports/drafts/{draft}/base", s.chooseBase, identity.Import)
	add("GET /imports/drafts/{draft}/check", s.showCheck, identity.Import)
	add("POST /imports/drafts/{draft}/join", s.joinValues, identity.Import)
	add("GET /imports/drafts/{draft}/rejected.csv", s.sendRejects, identity.Import)
	add("POST /imports/drafts/{draft}/apply", s.applyImport, identity.Import)
	add("POST /imports/drafts/{draft}/stop", s.stopImport, identity.Import)
	add("POST /imports/drafts/{draft}/discard", s.discardDraft, identity.Import)
}
