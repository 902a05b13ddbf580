package tabular

import (
	"archive/zip"
	"context"

	"zveno.dev/zveno/internal/fault"
)

func (s *Set) openWorkbook(_ context.Context, src source, _ *zip.Reader) error {
	return fault.New(fault.Invalid, "tabular: open %s: not yet", src.path)
}

func (s *Set) openPackedWorkbook(_ context.Context, src source) error {
	return fault.New(fault.Invalid, "tabular: open %s: not yet", src.path)
}
