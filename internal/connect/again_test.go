package connect_test

import (
	"strings"
	"testing"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// everySource lists what is imported wherever anything must do.
func everySource(t *testing.T) map[string]struct {
	path    string
	options connect.ImportOptions
} {
	files := folder(t, sample)
	return map[string]struct {
		path    string
		options connect.ImportOptions
	}{
		"maven":      {path: shared(t, "crm", "maven_crm_sales")},
		"salesforce": {path: shared(t, "crm", "salesforce_dev_org")},
		"sample":     {files, sampled(t, files)},
	}
}

func TestImportingAgainChangesNothing(t *testing.T) {
	sources := everySource(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, source := range sources {
			path, o := source.path, source.options
			first := imported(t, d, o, path)
			before := dump(t, d)
			second := imported(t, d, o, path)
			if sum := second.Totals(); sum.Unchanged != sum.Read || sum.Read != first.Totals().Read || len(second.Made) > 0 {
				t.Errorf("%s: second import: %+v, made %+v", name, sum, second.Made)
			}
			if after := dump(t, d); after != before {
				t.Errorf("%s: the second import changed the store: %s", name, firstDifference(before, after))
			}
		}
		requireSound(t, d)
	})
}

func TestDryRunReportsTheSameAndKeepsNothing(t *testing.T) {
	sources := everySource(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, source := range sources {
			path, o := source.path, source.options
			before := dump(t, d)
			imports := count(t, d, `SELECT count(*) FROM connect_imports`)
			rehearsed := o
			rehearsed.DryRun = true
			dry := imported(t, d, rehearsed, path)
			if after := dump(t, d); after != before {
				t.Errorf("%s: the dry run left something: %s", name, firstDifference(before, after))
			}
			for _, table := range []string{"connect_rows", "connect_pending"} {
				if n := count(t, d, `SELECT count(*) FROM `+table); n > 0 {
					t.Errorf("%s: the dry run left %d rows in %s", name, n, table)
				}
			}
			if count(t, d, `SELECT count(*) FROM connect_imports`) != imports || !dry.ID.IsZero() {
				t.Errorf("%s: the dry run is listed among the imports", name)
			}
			real := imported(t, d, o, path)
			compareReports(t, name, dry, real)
		}
	})
}

// compareReports holds two reports to the same counts and findings.
func compareReports(t *testing.T, name string, a, b connect.Report) {
	t.Helper()
	if len(a.Tables) != len(b.Tables) {
		t.Fatalf("%s: %d and %d tables", name, len(a.Tables), len(b.Tables))
	}
	for i := range a.Tables {
		if a.Tables[i] != b.Tables[i] {
			t.Errorf("%s: %+v and %+v", name, a.Tables[i], b.Tables[i])
		}
	}
	for _, pair := range [][2]any{
		{a.Made, b.Made}, {a.Reasons, b.Reasons}, {a.Rejections, b.Rejections}, {a.Unresolved, b.Unresolved}, {a.Notes, b.Notes}, {a.LeftOut, b.LeftOut},
	} {
		if left, right := asText(pair[0]), asText(pair[1]); left != right {
			t.Errorf("%s: %s and %s", name, left, right)
		}
	}
}

func TestUndo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		actor := value.Actor{Name: "tester"}
		first := importedSample(t, d, sample)
		before := picture(t, d)
		changed := map[string]string{"deals.csv": `
id,name,account,owner,stage,amount,created,close
D1,First,Acme,Anna Snelling,Closed Won,100.50,2024-01-15,2024-03-01
D2,Second,Acme Group,Carl Lin,Closed Won,250,2024-02-15,2024-06-02
D9,Ninth,Acme,Boris Faz,Prospecting,900,2024-03-03,2024-09-01
`}
		second := importedSample(t, d, changed)
		if sum := second.Totals(); sum.Created != 1 || sum.Updated != 1 || sum.Unchanged != 1 {
			t.Fatalf("second import: %+v", sum)
		}
		report, err := connect.Undo(t.Context(), d, second.ID, actor)
		if err != nil {
			t.Fatal(err)
		}
		if report.Deleted != 2 || report.Restored != 1 || report.Kept != 0 { // D9 and Carl Lin; D2
			t.Errorf("undo: %+v\n%s\n%s", report, asText(second), picture(t, d))
		}
		if after := withoutDeleted(picture(t, d)); after != before {
			t.Errorf("the undo did not bring back what was: %s", firstDifference(before, after))
		}
		if _, err := connect.Undo(t.Context(), d, second.ID, actor); fault.KindOf(err) != fault.Invalid {
			t.Errorf("undoing twice: %v", err)
		}
		if _, err := connect.Undo(t.Context(), d, value.NewID(), actor); fault.KindOf(err) != fault.NotFound {
			t.Errorf("undoing what never was: %v", err)
		}
		again := importedSample(t, d, changed)
		if sum := again.Totals(); sum.Created != 1 || sum.Updated != 1 || sum.Unchanged != 1 {
			t.Errorf("import after the undo: %+v", sum)
		}
		kept, err := connect.Undo(t.Context(), d, first.ID, actor)
		if err != nil {
			t.Fatal(err)
		}
		requireSound(t, d)
		if kept.Kept != 1 || len(kept.KeptList) != 1 || kept.KeptList[0].Object != "deal" {
			t.Errorf("D2 was changed by a later import and must be kept: %+v", kept)
		}
	})
}

// TestUndoOneAfterTheOther takes back two imports, the later one first: nothing of either is left.
func TestUndoOneAfterTheOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := importedSample(t, d, sample)
		second := importedSample(t, d, map[string]string{"deals.csv": `
id,name,account,owner,stage,amount,created,close
D2,Second,Acme Group,Carl Lin,Closed Won,250,2024-02-15,2024-06-02
`})
		for _, id := range []value.ID{second.ID, first.ID} {
			report, err := connect.Undo(t.Context(), d, id, value.Actor{Name: "tester"})
			if err != nil || report.Kept != 0 {
				t.Fatalf("undo: %+v, %v", report, err)
			}
		}
		requireSound(t, d)
		if rest := withoutDeleted(picture(t, d)); strings.Contains(rest, "deal D") {
			t.Errorf("something is left: %s", rest)
		}
	})
}

// withoutDeleted leaves deleted records out of a picture.
func withoutDeleted(picture string) string {
	var kept []string
	for line := range strings.SplitSeq(picture, "\n") {
		if !strings.Contains(line, "deleted true") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
