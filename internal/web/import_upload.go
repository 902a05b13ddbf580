package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Bounds of an upload.
const (
	defaultMaxUpload = 1 << 30         // bytes, where Config says nothing
	maxUploadFiles   = 200             // files
	maxFileName      = 120             // bytes of a stored name
	uploadStall      = 2 * time.Minute // without a byte, after which an upload is given up
)

func (s *Site) maxUpload() int64 {
	if s.MaxUpload > 0 {
		return s.MaxUpload
	}
	return defaultMaxUpload
}

// uploadImport takes files and begins a draft with them. They are written as they come, never held in memory.
func (s *Site) uploadImport(w http.ResponseWriter, r *http.Request, v visit) error {
	if s.Uploads == "" {
		return fault.New(fault.Unavailable, "this server keeps no uploads: use zveno import")
	}
	mine, err := s.drafts(r.Context(), v.access.Person, v.now)
	if err != nil {
		return err
	}
	if len(mine) >= maxDrafts {
		return s.refuseUpload(w, r, v, v.T("import.upload.too_many_drafts", "n", maxDrafts))
	}
	d := &importDraft{ID: value.NewID(), Owner: v.access.Person, Begun: v.now}
	r.Body = http.MaxBytesReader(w, &patientBody{r.Body, http.NewResponseController(w)}, s.maxUpload())
	if err := s.receiveFiles(r, d); err != nil {
		s.removeDraft(d.ID)
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return s.refuseUpload(w, r, v, v.T("import.upload.too_large", "mib", s.maxUpload()>>20))
		}
		if fault.KindOf(err) == fault.Invalid {
			return s.refuseUpload(w, r, v, v.T("import.upload."+err.Error()))
		}
		return err
	}
	if err := s.saveDraft(d); err != nil {
		s.removeDraft(d.ID)
		return err
	}
	http.Redirect(w, r, draftAddress(d.ID, ""), http.StatusSeeOther)
	return nil
}

func draftAddress(id value.ID, step string) string { return "/imports/drafts/" + id.String() + step }

// refuseUpload shows the page again, with what was wrong.
func (s *Site) refuseUpload(w http.ResponseWriter, r *http.Request, v visit, problem string) error {
	return s.drawImports(w, r, v, http.StatusUnprocessableEntity, problem)
}

// receiveFiles stores the files of a form. An Invalid error is the key of a text.
func (s *Site) receiveFiles(r *http.Request, d *importDraft) error {
	form, err := r.MultipartReader()
	if err != nil {
		return fault.New(fault.Invalid, "nothing")
	}
	folder := filepath.Join(s.draftFolder(d.ID), draftFiles)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("web: store upload: %w", err)
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); err != nil && !tooLarge {
			return fault.New(fault.Invalid, "broken_off")
		}
		if err != nil {
			return err
		}
		if err := storePart(part, folder, d); err != nil {
			return err
		}
	}
	if len(d.Files) == 0 {
		return fault.New(fault.Invalid, "nothing")
	}
	return nil
}

// storePart writes one file of the form under a name that is safe and free.
func storePart(part *multipart.Part, folder string, d *importDraft) error {
	defer part.Close()
	if part.FileName() == "" {
		return nil // another field, or a choice of no file
	}
	if len(d.Files) >= maxUploadFiles {
		return fault.New(fault.Invalid, "too_many_files")
	}
	name := freeName(safeFileName(part.FileName()), d.Files)
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("web: store upload: %w", err)
	}
	size, err := io.Copy(file, part)
	if closeErr := file.Close(); err == nil && closeErr != nil {
		return fmt.Errorf("web: store upload: %w", closeErr)
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); err != nil && !tooLarge {
		return fault.New(fault.Invalid, "broken_off")
	}
	if err != nil {
		return err
	}
	if size > 0 {
		d.Files = append(d.Files, draftFile{Name: name, Bytes: size})
	}
	return nil
}

// safeFileName is a file's name without any way out of its folder, and without what mappings or systems read a meaning
// into. What the file holds is not told by its name.
func safeFileName(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	name = name[strings.LastIndex(name, "/")+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	name = strings.Trim(name, ". ")
	if ending := filepath.Ext(name); len(name) > maxFileName {
		stem := strings.TrimSuffix(name, ending)
		ending = ending[:min(len(ending), 10)]
		name = strings.ToValidUTF8(stem[:min(len(stem), maxFileName-10)], "") + strings.ToValidUTF8(ending, "")
	}
	if name == "" {
		return "file"
	}
	return name
}

// freeName numbers a name that another file has already.
func freeName(name string, taken []draftFile) string {
	ending := filepath.Ext(name)
	free := name
	for n := 2; nameTaken(free, taken); n++ {
		free = strings.TrimSuffix(name, ending) + "-" + strconv.Itoa(n) + ending
	}
	return free
}

func nameTaken(name string, taken []draftFile) bool {
	for _, f := range taken {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

// patientBody lets an upload take its time, as long as bytes come.
type patientBody struct {
	io.ReadCloser
	connection *http.ResponseController
}

// Read reads, and puts the moment off at which the server gives up.
func (b *patientBody) Read(p []byte) (int, error) {
	_ = b.connection.SetReadDeadline(time.Now().Add(uploadStall)) // what has no deadline needs none
	return b.ReadCloser.Read(p)
}
