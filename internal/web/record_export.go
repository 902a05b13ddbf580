package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/xuri/excelize/v2"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
)

// maxSheetRows is how many rows a sheet of a workbook can have.
const maxSheetRows = 1_048_576

// exportPage is how many records an export reads at a time.
const exportPage = 200

// exportRecords sends all the records of a list as a file: with the same filters, order and columns.
func (s *Site) exportRecords(w http.ResponseWriter, r *http.Request, v visit, q listQuestion, format string) error {
	if err := v.access.Require(identity.Export); err != nil {
		return err
	}
	if format != "csv" && format != "xlsx" {
		return fault.InvalidField("format", "is %q; it must be csv or xlsx", format)
	}
	q.query.Del(paramCursor)
	q.query.Del(paramLast)
	if err := s.auditExport(r.Context(), v, q, format); err != nil {
		return err
	}
	e := recordExport{site: s, v: v, q: q, fields: exportFields(q)}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		e.list, err = q.crm(r.Context(), tx, v)
		e.list.Limit = exportPage
		return err
	})
	if err != nil {
		return err
	}
	// The first page is read before anything is sent: what is wrong with the question is still an answer of its own.
	if e.first, err = e.read(r.Context(), ""); err != nil {
		return err
	}
	if format == "xlsx" {
		return e.writeWorkbook(r.Context(), w)
	}
	return writeCSV(w, r, v, q.kind.object.Plural, e.header(), func(row func(...string) error) error { return e.rows(r.Context(), row) })
}

// auditExport notes who takes out what before it is sent.
func (s *Site) auditExport(ctx context.Context, v visit, q listQuestion, format string) error {
	return s.DB.Write(ctx, s.txInfo(v), func(tx *db.Tx) error {
		return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "export", Object: q.kind.object.Name,
			Detail: map[string]any{"query": q.encoded(), "format": format}})
	})
}

// recordExport is a list on its way into a file.
type recordExport struct {
	site   *Site
	v      visit
	q      listQuestion
	list   crm.ListQuery
	first  crm.Page
	fields []recordField
}

// exportFields are the columns of a file: the parts of the name, the chosen columns, and the currency of the amounts.
func exportFields(q listQuestion) []recordField {
	var fields []recordField
	money := false
	for _, f := range q.fields {
		if q.isName(f) {
			fields = append(fields, f)
		}
	}
	for _, f := range q.columns {
		fields = append(fields, f)
		money = money || f.Kind == crm.Money && !f.custom
	}
	if currency, ok := fieldOf(q.fields, "currency"); ok && money {
		fields = append(fields, currency)
	}
	return fields
}

func (e recordExport) header() []string {
	names := []string{"id"}
	for _, f := range e.fields {
		names = append(names, labelIn(e.v.view.Lang, f.Label))
	}
	return names
}

// read gives a page of the list. Each is read by itself: who takes long to receive a file holds nobody up.
func (e recordExport) read(ctx context.Context, cursor string) (page crm.Page, err error) {
	e.list.Cursor = cursor
	err = e.site.DB.Read(ctx, func(tx *db.Tx) (err error) {
		page, err = crm.ListRecords(ctx, tx, e.v.access.Scope, e.list)
		return err
	})
	return page, err
}

// rows gives every record of the list to row.
func (e recordExport) rows(ctx context.Context, row func(...string) error) error {
	page := e.first
	for {
		for _, r := range page.Records {
			if err := row(e.cells(r, page)...); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		var err error
		if page, err = e.read(ctx, page.Next); err != nil {
			return err
		}
	}
}

func (e recordExport) cells(r crm.Record, page crm.Page) []string {
	cells := []string{r.ID.String()}
	for _, f := range e.fields {
		x := f.of(r)
		cells = append(cells, plainValue(f, x, currencyOf(r), page.Names[idOf(x)]))
	}
	return cells
}

// writeWorkbook sends the list as a workbook of one sheet. Its cells are texts and numbers, never formulas.
func (e recordExport) writeWorkbook(ctx context.Context, w http.ResponseWriter) error {
	book := excelize.NewFile()
	defer book.Close()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return fmt.Errorf("web: begin workbook: %w", err)
	}
	at := 1
	write := func(cells ...any) error {
		if at > maxSheetRows {
			return fault.New(fault.Invalid, "a workbook holds %d rows at most: filter the list, or export it as CSV", maxSheetRows)
		}
		err := sheet.SetRow(fmt.Sprintf("A%d", at), cells)
		at++
		return err
	}
	if err := write(anyTexts(e.header())...); err != nil {
		return fmt.Errorf("web: write workbook: %w", err)
	}
	err = e.rows(ctx, func(texts ...string) error {
		cells := anyTexts(texts)
		for i, f := range e.fields {
			if n, err := strconv.ParseFloat(texts[i+1], 64); f.isFigure() && err == nil {
				cells[i+1] = n
			}
		}
		return write(cells...)
	})
	if err != nil {
		return fmt.Errorf("web: write workbook: %w", err)
	}
	if err := sheet.Flush(); err != nil {
		return fmt.Errorf("web: write workbook: %w", err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.xlsx"`, e.q.kind.object.Plural, e.v.view.Today()))
	header.Set("Cache-Control", "no-store")
	book.Write(w) // whoever asked may be gone
	return nil
}

func anyTexts(texts []string) []any {
	cells := make([]any, len(texts))
	for i, text := range texts {
		cells[i] = text
	}
	return cells
}
