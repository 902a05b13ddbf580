package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// Import is one import of the past.
type Import struct {
	ID         value.ID            `json:"id" format:"uuid"`
	Source     string              `json:"source" doc:"System that the files came from."`
	Files      string              `json:"files"`
	Actor      string              `json:"actor" doc:"Who imported."`
	State      connect.State       `json:"state" enum:"running,stopped,done,undoing,undone"`
	StartedAt  value.Instant       `json:"started_at"`
	FinishedAt *value.Instant      `json:"finished_at" doc:"null: not yet."`
	Rows       connect.TableReport `json:"rows" doc:"Counts of all its tables."`
}

type importsOutput struct {
	Body struct {
		Data []Import `json:"data"`
	}
}

func (s *server) listImports(ctx context.Context, _ visit, _ *struct{}) (*importsOutput, error) {
	output := &importsOutput{}
	output.Body.Data = []Import{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		imports, err := connect.Imports(ctx, tx)
		for _, i := range imports {
			told := Import{ID: i.ID, Source: i.Source, Files: i.Files, Actor: i.Actor.Name, State: i.State, StartedAt: i.StartedAt, Rows: i.Rows}
			if i.FinishedAt != 0 {
				told.FinishedAt = &i.FinishedAt
			}
			output.Body.Data = append(output.Body.Data, told)
		}
		return err
	})
	return output, err
}

// importBody describes the form with which files are sent.
func importBody() *huma.RequestBody {
	text := func(description string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Description: description}
	}
	properties := map[string]*huma.Schema{
		"file":          {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString, Format: "binary"}, Description: "The files."},
		"dry_run":       text("true: tell what would happen, and keep nothing."),
		"custom_fields": text("true: make custom fields of columns that the mapping does not know."),
		"source":        text("System that the files come from; empty = as the mapping says."),
		"currency":      text("ISO 4217, of amounts that do not name theirs; empty = the company's."),
		"date_order":    text("dmy, mdy or ymd, where the values of a column leave it open."),
		"mapping":       text("A mapping as JSON, such as the one in the report of an earlier import; empty = one is proposed from the files."),
		"answers":       text(`Answers to questions of an earlier attempt, as JSON: [{"table": "…", "column": "…", "option": "…"}].`),
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: properties}}}}
}

type importInput struct {
	RawBody multipart.Form
}

type importOutput struct{ Body connect.Report }

func (s *server) importFiles(ctx context.Context, v visit, in *importInput) (*importOutput, error) {
	defer in.RawBody.RemoveAll()
	options, err := importOptions(in.RawBody.Value)
	if err != nil {
		return nil, inPart("body", err)
	}
	options.Actor = v.access.Actor()
	folder, err := os.MkdirTemp("", "zveno-import-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	paths, err := saveFiles(folder, in.RawBody.File["file"])
	if err != nil {
		return nil, inPart("body", err)
	}
	report, err := connect.Import(ctx, s.DB, paths, options)
	if err != nil {
		return nil, importProblem(report, err)
	}
	if !options.DryRun {
		err = s.audit(ctx, v, identity.AuditEntry{Action: "import", Object: "import", Record: report.ID, Detail: map[string]any{"files": fileNames(paths)}})
	}
	return &importOutput{report}, err
}

// importOptions reads the texts of the form.
func importOptions(form map[string][]string) (connect.ImportOptions, error) {
	for name, values := range form {
		if slices.ContainsFunc(values, func(text string) bool { return !storable(text) }) {
			return connect.ImportOptions{}, fault.InvalidField(strings.ToValidUTF8(name, "\ufffd"), "has broken characters: texts are UTF-8")
		}
	}
	text := func(name string) string {
		if values := form[name]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	o := connect.ImportOptions{DryRun: text("dry_run") == "true", CustomFields: text("custom_fields") == "true", Source: text("source"),
		Currency: text("currency"), DateOrder: text("date_order")}
	if document := text("mapping"); document != "" {
		m, err := mapping.Load(strings.NewReader(document))
		if err != nil {
			return o, fault.InvalidField("mapping", "%v", err)
		}
		o.Mapping = &m
	}
	if document := text("answers"); document != "" {
		if err := json.Unmarshal([]byte(document), &o.Answers); err != nil {
			return o, fault.InvalidField("answers", "%v", err)
		}
	}
	return o, nil
}

// saveFiles writes what was sent into a folder. What a file is called decides how it is read, but not where it is written.
func saveFiles(folder string, files []*multipart.FileHeader) ([]string, error) {
	if len(files) == 0 {
		return nil, fault.InvalidField("file", "is missing: send at least one file")
	}
	paths := make([]string, 0, len(files))
	for _, f := range files {
		name := filepath.Base(filepath.ToSlash(strings.ReplaceAll(f.Filename, `\`, "/")))
		if name == "." || name == ".." || name == "/" || strings.HasPrefix(name, ".") || !storable(name) || len(name) > 200 {
			return nil, fault.InvalidField("file", "is called %q, which is no name of a file", f.Filename)
		}
		path := filepath.Join(folder, name)
		if err := saveFile(path, f); errors.Is(err, os.ErrExist) {
			return nil, fault.InvalidField("file", "is sent twice: %s", name)
		} else if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func saveFile(path string, f *multipart.FileHeader) error {
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

func fileNames(paths []string) []string {
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
	}
	return names
}

// importProblem names the questions that must be answered first.
func importProblem(report connect.Report, err error) error {
	if fault.KindOf(err) != fault.Invalid || len(report.Questions) == 0 {
		return inPart("body", err)
	}
	p := newProblem(http.StatusUnprocessableEntity, "nothing was imported: answer the questions first, in the part answers of the form")
	for _, q := range report.Questions {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: "body.answers", Message: q.Text, Value: q})
	}
	return p
}

type undoOutput struct{ Body connect.UndoReport }

func (s *server) undoImport(ctx context.Context, v visit, in *RecordPath) (*undoOutput, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	report, err := connect.Undo(ctx, s.DB, id, v.access.Actor())
	if err != nil {
		return nil, err
	}
	return &undoOutput{report}, s.audit(ctx, v, identity.AuditEntry{Action: "import.undo", Object: "import", Record: id})
}

// audit notes what was done in transactions of their own.
func (s *server) audit(ctx context.Context, v visit, entry identity.AuditEntry) error {
	_, err := s.change(ctx, v, WriteHeaders{}, func(*db.Tx) (reply, []identity.AuditEntry, error) {
		return reply{}, []identity.AuditEntry{entry}, nil
	})
	return err
}
