package tabular

import (
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"zveno.dev/zveno/internal/fault"
)

// source is where a file's bytes come from: the disk or an entry of a zip. It can be opened any number of times.
type source struct {
	path  string // for messages
	base  string // file name for the table's name and format
	size  int64  // bytes as open delivers them before any gzip is unpacked
	limit Limits
	open  func() (io.ReadCloser, error)
	probe func(at int64, into []byte) int // reads anywhere in the file; nil where that would be slow
}

// diskSource is a file on disk.
func diskSource(path, shown string, size int64, limits Limits) source {
	return source{
		path: shown, base: baseName(shown), size: size, limit: limits,
		open: func() (io.ReadCloser, error) {
			file, err := os.Open(path)
			if err != nil {
				return nil, openFault(shown, err)
			}
			return file, nil
		},
		probe: func(at int64, into []byte) int {
			file, err := os.Open(path)
			if err != nil {
				return 0
			}
			defer file.Close()
			n, _ := file.ReadAt(into, at)
			return n
		},
	}
}

// entrySource is an entry of a zip.
func entrySource(entry *zip.File, shown string, limits Limits) source {
	return source{
		path: shown, base: baseName(shown), size: int64(entry.UncompressedSize64), limit: limits,
		open: func() (io.ReadCloser, error) {
			reader, err := entry.Open()
			if err != nil {
				return nil, fault.New(fault.Invalid, "tabular: open %s: %w; the zip is damaged, make it anew", shown, err)
			}
			return reader, nil
		},
	}
}

// stream is an opened source: text bytes, gzip unpacked, with a count of what was taken from the file.
type stream struct {
	io.Reader
	taken *counter
	file  io.Closer
}

func (s *stream) Close() error { return s.file.Close() }

// openStream opens the source and unpacks gzip, which is recognised by its content.
func (src source) openStream(ctx context.Context) (*stream, bool, error) {
	file, err := src.open()
	if err != nil {
		return nil, false, err
	}
	taken := &counter{ctx: ctx, in: file, path: src.path}
	head := make([]byte, 2)
	n, err := io.ReadFull(taken, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		file.Close()
		return nil, false, err
	}
	taken.unread = head[:n]
	if string(head[:n]) != "\x1f\x8b" {
		return &stream{Reader: taken, taken: taken, file: file}, false, nil
	}
	unpacked, err := gzip.NewReader(taken)
	if err != nil {
		file.Close()
		return nil, false, fault.New(fault.Invalid, "tabular: unpack %s: %w; the file is damaged, export it again", src.path, err)
	}
	guarded := &ratioGuard{in: unpacked, taken: taken, ratio: src.limit.ExpandRatio, path: src.path}
	return &stream{Reader: guarded, taken: taken, file: file}, true, nil
}

// counter counts the bytes that pass and stops when the context ends.
type counter struct {
	ctx    context.Context
	in     io.Reader
	path   string
	unread []byte
	n      int64
}

func (c *counter) Read(p []byte) (int, error) {
	if len(c.unread) > 0 {
		n := copy(p, c.unread)
		c.unread = c.unread[n:]
		return n, nil
	}
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.in.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		err = readFault(c.path, err)
	}
	return n, err
}

// ratioGuard refuses a gzip stream that expands beyond the limit.
type ratioGuard struct {
	in    io.Reader
	taken *counter
	ratio int64
	path  string
	out   int64
}

// ratioGrace is how many bytes may expand at any ratio: small files of repeated text compress very well.
const ratioGrace = 16 << 20

func (g *ratioGuard) Read(p []byte) (int, error) {
	n, err := g.in.Read(p)
	g.out += int64(n)
	if tooDense(g.out, g.taken.n, g.ratio) {
		return 0, denseFault(g.path, g.ratio)
	}
	if err != nil && err != io.EOF {
		err = readFault(g.path, err)
	}
	return n, err
}

func tooDense(expanded, stored, ratio int64) bool {
	return expanded > ratioGrace && expanded/ratio > stored
}

func denseFault(path string, ratio int64) error {
	return fault.New(fault.Invalid,
		"tabular: unpack %s: it expands to more than %d times its size, which real tables do not; unpack it yourself if you trust it",
		path, ratio)
}

func openFault(path string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fault.New(fault.NotFound, "tabular: open %s: there is no such file", path)
	}
	if errors.Is(err, os.ErrPermission) {
		return fault.New(fault.Forbidden, "tabular: open %s: no permission to read it", path)
	}
	return fmt.Errorf("tabular: open %s: %w", path, err)
}

// readFault explains an error in the middle of a file; damage is the user's to repair, anything else is the system's.
func readFault(path string, err error) error {
	if fault.KindOf(err) != fault.Internal || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, corrupt := errors.AsType[flate.CorruptInputError](err); corrupt {
		return damagedFault(path, err)
	}
	for _, damage := range []error{zip.ErrChecksum, zip.ErrFormat, zip.ErrAlgorithm, gzip.ErrChecksum, gzip.ErrHeader, io.ErrUnexpectedEOF} {
		if errors.Is(err, damage) {
			return damagedFault(path, err)
		}
	}
	return fmt.Errorf("tabular: read %s: %w", path, err)
}

func damagedFault(path string, err error) error {
	return fault.New(fault.Invalid, "tabular: read %s: %w; the file is damaged or cut off, export it again", path, err)
}
