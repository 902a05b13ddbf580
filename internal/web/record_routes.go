package web

import (
	"net/http"

	"zveno.dev/zveno/internal/identity"
)

// recordRoutes registers the pages of the pipeline, of records, of saved views and of the search.
func (s *Site) recordRoutes(signedIn func(pattern string, p page, needs ...identity.Capability)) {
	sees := identity.RecordsView
	signedIn("GET "+pipelinePath, s.showPipeline, sees)
	signedIn("GET "+boardPath, s.showBoard, sees)
	signedIn("GET "+boardPath+"/{stage}", s.showMoreCards, sees)
	signedIn("GET /deals", func(w http.ResponseWriter, r *http.Request, v visit) error {
		http.Redirect(w, r, address(pipelinePath, "status", "all"), http.StatusSeeOther)
		return nil
	}, sees)
	signedIn("GET /deals/{id}/move", s.showMove, sees, identity.DealsEdit)
	signedIn("POST /deals/{id}/move", s.moveDeal, sees, identity.DealsEdit)
	signedIn("GET /search", s.showSearch, sees)
	signedIn("GET /pick/{object}", s.pickRecords, sees)
	signedIn("POST /views", s.saveView, sees)
	signedIn("POST /views/{id}/delete", s.deleteView, sees)
	for _, kind := range recordKinds {
		path := "/" + kind.object.Plural
		if kind.list == path {
			signedIn("GET "+path, s.showRecords(kind), sees)
		}
		signedIn("GET "+path+"/new", s.newRecord(kind), sees)
		signedIn("POST "+path, s.createRecord(kind), sees)
		signedIn("GET "+path+"/{id}", s.showRecord(kind), sees)
		signedIn("POST "+path+"/{id}", s.saveRecord(kind), sees)
		signedIn("POST "+path+"/{id}/undo", s.undoRecord(kind), sees)
	}
}
