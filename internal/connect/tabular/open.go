package tabular

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/fault"
)

// Set is what Open found.
type Set struct {
	Tables  []*Table
	Skipped []Skipped

	closers []io.Closer
	limits  Limits
}

// Skipped is a file that was not read.
type Skipped struct {
	Path   string
	Reason string
	Err    error // not nil when the file has the name of a table but cannot be read as one
}

// Close releases what the tables read from. They cannot be read afterwards.
func (s *Set) Close() error {
	var errs []error
	for _, c := range s.closers {
		errs = append(errs, c.Close())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// Open finds the tables in files, folders (recursively, in order of names) and zips, and detects the format of each. A
// path that names a file must be readable as a table; what is inside a folder or zip and is not lands in Skipped with the
// reason. It is a fault.Invalid error when nothing readable is left.
func Open(ctx context.Context, paths []string, limits Limits) (*Set, error) {
	set := &Set{limits: limits.orDefault()}
	for _, p := range paths {
		if err := set.openPath(ctx, p); err != nil {
			set.Close()
			return nil, err
		}
	}
	if len(set.Tables) == 0 {
		set.Close()
		return nil, fault.New(fault.Invalid, "tabular: open %s: no table found%s", strings.Join(paths, ", "), set.whySkipped())
	}
	return set, nil
}

func (s *Set) whySkipped() string {
	text := ""
	for i, skipped := range s.Skipped {
		if i == 3 {
			return text + "; …"
		}
		text += "; " + skipped.Path + ": " + skipped.Reason
	}
	return text
}

func (s *Set) openPath(ctx context.Context, p string) error {
	info, err := os.Stat(p)
	if err != nil {
		return openFault(p, err)
	}
	shown := filepath.ToSlash(filepath.Clean(p))
	switch {
	case info.IsDir():
		return s.openFolder(ctx, p)
	case !info.Mode().IsRegular():
		return fault.New(fault.Invalid, "tabular: open %s: it is not a regular file", shown)
	}
	return s.openFile(ctx, p, shown, info.Size())
}

// openFile opens one file on disk by what its content is.
func (s *Set) openFile(ctx context.Context, p, shown string, size int64) error {
	src := diskSource(p, shown, size, s.limits)
	head, err := src.head(ctx)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(head), zipMagic) {
		return s.openText(ctx, src)
	}
	archive, closer, err := openZip(p, shown)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, closer)
	switch {
	case isWorkbook(archive):
		return s.openWorkbook(ctx, src, archive)
	case isOpenDocument(archive):
		return fault.New(fault.Invalid, "tabular: open %s: it %s", shown, adviceODS)
	}
	return s.openZipEntries(ctx, archive, shown)
}

func (s *Set) openText(ctx context.Context, src source) error {
	table, err := openText(ctx, src, Format{})
	if err != nil {
		return err
	}
	s.Tables = append(s.Tables, table)
	return nil
}

// head is the beginning of the file as stored.
func (src source) head(ctx context.Context) ([]byte, error) {
	file, err := src.open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(&counter{ctx: ctx, in: file, path: src.path}, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return head[:n], nil
}

// openFolder opens every table file under a folder; links are not followed.
func (s *Set) openFolder(ctx context.Context, folder string) error {
	files := 0
	return filepath.WalkDir(folder, func(p string, entry fs.DirEntry, err error) error {
		shown := filepath.ToSlash(filepath.Clean(p))
		if err != nil {
			return openFault(shown, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if entry.IsDir() {
			if p != folder && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if files++; files > s.limits.Files {
			return fault.New(fault.Invalid, "tabular: open %s: more than %d files: name a smaller folder", folder, s.limits.Files)
		}
		return s.openMember(shown, entry.Type(), func() error {
			info, err := entry.Info()
			if err != nil {
				return openFault(shown, err)
			}
			return s.openFile(ctx, p, shown, info.Size())
		})
	})
}

// openMember opens a file of a folder or zip when its name promises a table, and records it as skipped otherwise or when
// its content breaks the promise.
func (s *Set) openMember(shown string, mode fs.FileMode, open func() error) error {
	reason := ""
	switch {
	case mode&fs.ModeSymlink != 0:
		reason = "is a link; links are not followed"
	case !mode.IsRegular():
		reason = "is not a regular file"
	default:
		reason = nameReason(shown)
	}
	if reason != "" {
		s.Skipped = append(s.Skipped, Skipped{Path: shown, Reason: reason})
		return nil
	}
	err := open()
	if kind := fault.KindOf(err); err == nil || kind != fault.Invalid && kind != fault.Forbidden {
		return err
	}
	s.Skipped = append(s.Skipped, Skipped{Path: shown, Reason: strings.TrimPrefix(err.Error(), "tabular: "), Err: err})
	return nil
}

// tableExtensions are the names that promise a table.
var tableExtensions = []string{".csv", ".tsv", ".tab", ".txt", ".psv", ".csv.gz", ".tsv.gz", ".txt.gz", ".xlsx", ".xlsm", ".zip", ".xls", ".ods"}

// nameReason says why a file of this name is not opened; "" when it is.
func nameReason(shown string) string {
	base := strings.ToLower(path.Base(shown))
	switch {
	case strings.HasPrefix(base, ".") || strings.Contains("/"+shown, "/__MACOSX/") || base == "thumbs.db" || base == "desktop.ini":
		return "is a system file"
	case strings.HasPrefix(base, "~$"):
		return "is a lock file of a spreadsheet program"
	case slices.ContainsFunc(tableExtensions, func(ext string) bool { return strings.HasSuffix(base, ext) }):
		return ""
	}
	return "is not a kind of file that holds a table: " + cmp.Or(path.Ext(base), "no extension")
}

// baseName is a file's name without folder and extensions, the table's name.
func baseName(shown string) string {
	base := path.Base(strings.ReplaceAll(shown, `\`, "/"))
	for {
		ext := path.Ext(base)
		if ext == "" || ext == base || !slices.Contains(knownExtensions, strings.ToLower(ext)) {
			return base
		}
		base = strings.TrimSuffix(base, ext)
	}
}

var knownExtensions = []string{".csv", ".tsv", ".tab", ".txt", ".psv", ".gz", ".xlsx", ".xlsm", ".xls", ".zip"}
