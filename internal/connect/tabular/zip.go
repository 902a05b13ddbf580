package tabular

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"zveno.dev/zveno/internal/fault"
)

const zipMagic = "PK\x03\x04"

// openZip opens a zip's directory; its entries are read later, one by one.
func openZip(p, shown string) (*zip.Reader, io.Closer, error) {
	archive, err := zip.OpenReader(p)
	if err != nil {
		if errors.Is(err, zip.ErrInsecurePath) {
			archive.Close()
			return nil, nil, unsafeFault(shown, "an entry")
		}
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			return nil, nil, openFault(shown, err)
		}
		return nil, nil, fault.New(fault.Invalid, "tabular: open %s: %w; the zip is damaged or cut off, make it anew", shown, err)
	}
	return &archive.Reader, archive, nil
}

// isWorkbook reports whether a zip is an XLSX file.
func isWorkbook(archive *zip.Reader) bool {
	return slices.ContainsFunc(archive.File, func(f *zip.File) bool {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		return name == "xl/workbook.xml" || name == "xl/workbook.bin"
	})
}

// isOpenDocument reports whether a zip is an OpenDocument file: its first entry is named mimetype, or it has content.xml.
func isOpenDocument(archive *zip.Reader) bool {
	return slices.ContainsFunc(archive.File, func(f *zip.File) bool { return f.Name == "mimetype" || f.Name == "content.xml" })
}

// checkZip refuses a zip that is unsafe or would cost too much, before anything of it is expanded.
func checkZip(archive *zip.Reader, shown string, limits Limits, most int64) error {
	if len(archive.File) > limits.Files {
		return fault.New(fault.Invalid, "tabular: open %s: the zip has %d entries, more than %d", shown, len(archive.File), limits.Files)
	}
	var expanded uint64
	for _, entry := range archive.File {
		name := entryName(entry)
		switch {
		case !safeName(name):
			return unsafeFault(shown, printable(name))
		case entry.Flags&1 != 0:
			return fault.New(fault.Invalid, "tabular: open %s: %s is encrypted; make the zip without a password", shown, name)
		case entry.UncompressedSize64 > ratioGrace && entry.UncompressedSize64/uint64(limits.ExpandRatio) > entry.CompressedSize64:
			return denseFault(shown+"/"+name, limits.ExpandRatio)
		}
		if expanded += min(entry.UncompressedSize64, 1<<62); expanded > uint64(most) {
			return fault.New(fault.Invalid, "tabular: open %s: its entries expand to more than %d bytes", shown, most)
		}
	}
	return nil
}

func unsafeFault(shown, name string) error {
	return fault.New(fault.Invalid,
		"tabular: open %s: %s has a name that points outside of the zip, which exports never do; nothing of it was read", shown, name)
}

// safeName reports whether an entry's name stays inside of the zip on every system.
func safeName(name string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	drive := len(name) > 1 && name[1] == ':'
	return name != "" && !strings.HasPrefix(name, "/") && !drive && !strings.ContainsRune(name, 0) &&
		!slices.Contains(strings.Split(name, "/"), "..")
}

// entryName is an entry's name; old Windows programs write Russian names in code page 866 without saying so.
func entryName(entry *zip.File) string {
	if !entry.NonUTF8 || utf8.ValidString(entry.Name) {
		return strings.ReplaceAll(entry.Name, `\`, "/")
	}
	name, err := charmap.CodePage866.NewDecoder().String(entry.Name)
	if err != nil {
		return strings.ToValidUTF8(entry.Name, "_")
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// openZipEntries opens the tables in a zip in order of their names.
func (s *Set) openZipEntries(ctx context.Context, archive *zip.Reader, shown string) error {
	if err := checkZip(archive, shown, s.limits, s.limits.ZipBytes); err != nil {
		return err
	}
	entries := slices.SortedFunc(slices.Values(archive.File), func(a, b *zip.File) int {
		return strings.Compare(entryName(a), entryName(b))
	})
	for _, entry := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if entry.FileInfo().IsDir() || strings.HasSuffix(entryName(entry), "/") {
			continue
		}
		name := path.Join(shown, entryName(entry))
		if err := s.openMember(name, entry.Mode().Type(), func() error { return s.openEntry(ctx, entry, name) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) openEntry(ctx context.Context, entry *zip.File, shown string) error {
	src := entrySource(entry, shown, s.limits)
	head, err := src.head(ctx)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(head), zipMagic) {
		return s.openText(ctx, src)
	}
	return s.openPackedWorkbook(ctx, src)
}
