package tabular

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/fault"
)

var update = flag.Bool("update", false, "write testdata/real_files.txt anew")

// TestRealFiles reads every real file we have and holds what was detected against the record in testdata, which was
// checked by eye: format, header, how many rows, the kinds of the columns, or the error.
func TestRealFiles(t *testing.T) {
	const golden = "testdata/real_files.txt"
	var got strings.Builder
	for _, dir := range []string{"crm/maven_crm_sales", "crm/salesforce_dev_org", "import_dirty/frictionless", "import_dirty/csv_spectrum/csvs"} {
		folder := sharedFolder(t, "data", filepath.FromSlash(dir))
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			describeFile(t, &got, folder, entry.Name())
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	recorded, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(recorded), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("line %d of %s:\n got %s\nwant %s", i+1, golden, line, strings.Join(want[min(i, len(want)):min(i+1, len(want))], ""))
		}
	}
}

func describeFile(t *testing.T, out *strings.Builder, folder, name string) {
	set, err := Open(context.Background(), []string{filepath.Join(folder, name)}, Limits{})
	if err != nil {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: the error is of kind %s, want invalid: %v", name, fault.KindOf(err), err)
		}
		fmt.Fprintf(out, "%s: %s\n", name, strings.ReplaceAll(err.Error(), filepath.ToSlash(folder)+"/", ""))
		return
	}
	defer set.Close()
	for _, table := range set.Tables {
		profile, err := Profile(context.Background(), table)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, column := range profile.Columns {
			kinds = append(kinds, describeColumn(column))
		}
		if len(kinds) > 30 {
			kinds = append(kinds[:30], "…")
		}
		f := table.Format
		fmt.Fprintf(out, "%s [%s] %s, %s (%v), header %d (%v), %d columns, %d rows, %d broken: %s\n", name, table.Name, f.Encoding,
			delimiterName(f.Delimiter), f.DelimiterSure, f.Header, f.HeaderSure, len(table.Header), profile.Rows, profile.Broken, strings.Join(kinds, " "))
	}
}

func describeColumn(c ColumnProfile) string {
	text := c.Kind.String()
	if c.Dates.Order != OrderUnknown {
		text += "/" + string(c.Dates.Order)
	}
	if c.Numbers.Decimal != DecimalUnknown {
		text += "/" + c.Numbers.Decimal.String()
	}
	if c.Dates.Ambiguous || c.Numbers.Ambiguous {
		text += "/ambiguous"
	}
	return text
}

// TestMavenFolder opens the folder of related files as a person would.
func TestMavenFolder(t *testing.T) {
	set, err := Open(context.Background(), []string{sharedFolder(t, "data", "crm", "maven_crm_sales")}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	var names []string
	for _, table := range set.Tables {
		names = append(names, table.Name)
	}
	if got, want := strings.Join(names, " "), "accounts data_dictionary products sales_pipeline sales_teams"; got != want || len(set.Skipped) > 0 {
		t.Errorf("tables %s, skipped %v; want %s", got, set.Skipped, want)
	}
	profile, err := Profile(context.Background(), set.Tables[3])
	if err != nil {
		t.Fatal(err)
	}
	stage, closed, value := profile.Columns[4], profile.Columns[6], profile.Columns[7]
	if fmt.Sprint(stage.Distinct) != "[{Won 4238} {Lost 2473} {Engaging 1589} {Prospecting 500}]" {
		t.Errorf("stages %v", stage.Distinct)
	}
	if closed.Kind != KindDate || closed.Dates.Order != OrderMDY || closed.Empty != 2089 {
		t.Errorf("close_date is %v in order %q with %d empty, want a date in mdy with 2089", closed.Kind, closed.Dates.Order, closed.Empty)
	}
	if value.Kind != KindInteger || value.Empty != 2089 || len(value.Misfits) > 0 {
		t.Errorf("close_value is %v with %d empty and misfits %v", value.Kind, value.Empty, value.Misfits)
	}
}
