package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Bounds of what people leave lying in the folder of uploads.
const (
	draftLife = 7 * 24 * time.Hour // after which a draft that nobody finished is removed
	maxDrafts = 20                 // of one person
)

// importDraft is an import that somebody prepares: uploaded files and what was decided about them so far. It lives in a
// folder of its own until it is applied or thrown away, so it survives leaving the page and restarting the server.
type importDraft struct {
	ID      value.ID                           `json:"id"`
	Owner   value.ID                           `json:"owner"`
	Begun   value.Instant                      `json:"begun"`
	Files   []draftFile                        `json:"files"`
	Wish    mapping.Wish                       `json:"wish"`
	Base    *mapping.Mapping                   `json:"base,omitempty"`    // of an earlier import, instead of a proposal
	Choices map[string]map[string]columnChoice `json:"choices"`           // by table and header, where somebody decided otherwise
	Checked *connect.Report                    `json:"checked,omitempty"` // what the dry run said of these decisions
}

// draftFile is an uploaded file.
type draftFile struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// columnChoice is what somebody decided about a column.
type columnChoice struct {
	Target string            `json:"target"`
	Format string            `json:"format,omitempty"`
	Kind   string            `json:"kind,omitempty"`   // of a custom field
	Values map[string]string `json:"values,omitempty"` // what the file writes → what is meant
}

const (
	draftNote    = "draft.json"
	draftFiles   = "files"
	draftRejects = "rejected.csv"
)

func (s *Site) draftFolder(id value.ID) string { return filepath.Join(s.Uploads, id.String()) }

// filePaths are where the draft's files are.
func (s *Site) filePaths(d *importDraft) []string {
	paths := make([]string, len(d.Files))
	for i, f := range d.Files {
		paths[i] = filepath.Join(s.draftFolder(d.ID), draftFiles, f.Name)
	}
	return paths
}

// saveDraft stores the decisions. The file is whole at any time.
func (s *Site) saveDraft(d *importDraft) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("web: save import draft: %w", err)
	}
	path := filepath.Join(s.draftFolder(d.ID), draftNote)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("web: save import draft: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("web: save import draft: %w", err)
	}
	return nil
}

// loadDraft gives the draft that an address names. Another person's draft is not there.
func (s *Site) loadDraft(v visit, name string) (*importDraft, error) {
	id, err := value.ParseID(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "there is no such import")
	}
	d, err := s.readDraft(id)
	if errors.Is(err, fs.ErrNotExist) || err == nil && d.Owner != v.access.Person {
		return nil, fault.New(fault.NotFound, "there is no such import: it was finished or thrown away")
	}
	return d, err
}

func (s *Site) readDraft(id value.ID) (*importDraft, error) {
	text, err := os.ReadFile(filepath.Join(s.draftFolder(id), draftNote))
	if err != nil {
		return nil, fmt.Errorf("web: read import draft: %w", err)
	}
	var d importDraft
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("web: read import draft %s: %w", id, err)
	}
	if d.Choices == nil {
		d.Choices = map[string]map[string]columnChoice{}
	}
	return &d, nil
}

// drafts lists the drafts of a person, the latest first, and removes what is too old, whoever's it is.
func (s *Site) drafts(ctx context.Context, owner value.ID, now value.Instant) ([]*importDraft, error) {
	entries, err := os.ReadDir(s.Uploads)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("web: list import drafts: %w", err)
	}
	var found []*importDraft
	for _, e := range entries {
		id, err := value.ParseID(e.Name())
		if err != nil || ctx.Err() != nil {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // removed meanwhile
		}
		old := now.Time().Sub(info.ModTime()) > draftLife && !s.jobs.running(id)
		d, err := s.readDraft(id)
		switch {
		case old:
			s.removeDraft(id)
		case err == nil && d.Owner == owner:
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b *importDraft) int { return int(b.Begun - a.Begun) })
	return found, nil
}

// removeDraft removes a draft with its files.
func (s *Site) removeDraft(id value.ID) {
	s.jobs.forget(id)
	s.removeFolder(id)
}

// removeFolder removes the files of a draft.
func (s *Site) removeFolder(id value.ID) {
	if err := os.RemoveAll(s.draftFolder(id)); err != nil {
		s.Log.Error("an import draft could not be removed", "draft", id, "error", err)
	}
}

// shownPath is the path of a table as its uploader knows it: without the folder that the upload lies in.
func shownPath(path string) string {
	if _, after, inside := strings.Cut(path, "/"+draftFiles+"/"); inside {
		return after
	}
	return path
}

// hidePaths takes the folder of an upload out of a message.
func hidePaths(text string) string { return uploadFolder.ReplaceAllString(text, "") }

var uploadFolder = regexp.MustCompile(`[^\s"]*/[0-9a-f]{8}-[0-9a-f-]{27}/` + draftFiles + `/`)
