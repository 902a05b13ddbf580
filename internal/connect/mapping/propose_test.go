package mapping

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/fault"
)

// The shared data sets are recognised without a word from the user.
func TestProposeSharedSets(t *testing.T) {
	for _, folder := range []string{"maven_crm_sales", "salesforce_dev_org"} {
		t.Run(folder, func(t *testing.T) {
			p := propose(t, describeAll(t, sharedFolder(t, "data", "crm", folder)), Wish{})
			if len(p.Questions) > 0 {
				t.Errorf("asks %v", p.Questions)
			}
			for _, table := range p.Tables {
				if (table.Object == "") != (table.Name == "data_dictionary") {
					t.Errorf("%s is taken for %q: %v", table.Name, table.Object, table.Reason)
				}
			}
			checkGolden(t, folder, p)
		})
	}
}

// Files that have nothing to do with sales are left out, and no folder of them is taken for a vendor's.
func TestProposeLeavesUnrelatedFilesOut(t *testing.T) {
	for _, parts := range [][]string{{"data", "matching", "abt_buy"}, {"data", "matching", "febrl4"}, {"data", "process"}, {"data", "import_dirty", "csv_spectrum", "csvs"}} {
		p := propose(t, describeAll(t, sharedFolder(t, parts...)), Wish{})
		if p.Mapping.Source != filesSource {
			t.Errorf("%v: taken for %s", parts, p.Mapping.Source)
		}
		for _, table := range p.Tables {
			if table.Object != "" || table.Reason.String() == "" {
				t.Errorf("%v: %s is taken for %s: %v", parts, table.Name, table.Object, table.Reason)
			}
		}
	}
}

// tableOf describes a table from the text of a CSV file.
func tableOf(t testing.TB, name, text string) Described {
	t.Helper()
	file := filepath.Join(t.TempDir(), name+".csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return describeAll(t, file)[0]
}

func TestProposeTablesThatAreNoRecords(t *testing.T) {
	cases := []struct{ name, text, code string }{
		{"bank", "Date,Amount,Currency,Description,Balance\n2024-01-02,10.00,EUR,Coffee,90.00\n", "table_unknown"},
		{"issues", "id,title,state,assignee,labels,url\n1,Crash,open,ann,bug,http://example.com\n", "table_unknown"},
		{"weather", "station,day,tmin,tmax,rain\nA,2024-01-02,1.5,7.0,0\n", "table_unknown"},
		{"list", "First name,Last name,Email,Department,Job title\nAnn,Lee,ann@acme.example,Sales,AE\n", "table_unsure"},
		{"dictionary", "Table,Field,Meaning\naccounts,account,its name\naccounts,sector,what it does\nproducts,product,its name\nsales_pipeline,deal_stage,where it is\n", "table_dictionary"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := propose(t, []Described{tableOf(t, c.name, c.text)}, Wish{})
			if got := p.Tables[0]; got.Object != "" || got.Reason.Code != c.code {
				t.Errorf("is taken for %q: %v", got.Object, got.Reason)
			}
		})
	}
}

const datesOpen = "Deal name,Stage,Amount,Close date,Owner\nA,New,10.5,03/04/2024,Ann\nB,New,20.5,05/06/2024,Ann\n"

func TestProposeAsksForDateOrder(t *testing.T) {
	table := tableOf(t, "deals", datesOpen)
	p := propose(t, []Described{table}, Wish{})
	want := []Question{{
		Table: "deals", Column: "Close date", Code: QuestionDateOrder, Options: []string{"dmy", "mdy"},
		Args: []any{"Close date", "deals", "03/04/2024", int64(2)},
		Text: `In which order does column "Close date" of deals write day, month and year? Its values, such as 03/04/2024 in line 2, can be read day first or month first.`,
	}}
	if !reflect.DeepEqual(p.Questions, want) {
		t.Fatalf("asks %+v", p.Questions)
	}
	for _, wish := range []Wish{{DateOrder: "mdy"}, {Answers: []Answer{{Table: "deals", Column: "Close date", Option: "mdy"}}}} {
		p := propose(t, []Described{table}, wish)
		if got := columnNamed(t, p, "Close date"); len(p.Questions) > 0 || got.Format != "mdy" {
			t.Errorf("with %+v: format %q, asks %v", wish, got.Format, p.Questions)
		}
	}
	if p := propose(t, []Described{table}, Wish{DateOrder: "ymd"}); len(p.Questions) != 1 {
		t.Errorf("an order that no value fits is no answer: %+v", p.Questions)
	}
}

// An answer cannot turn what the column's values decide.
func TestProposeKeepsToTheValues(t *testing.T) {
	table := tableOf(t, "deals", strings.Replace(datesOpen, "05/06", "25/06", 1))
	p := propose(t, []Described{table}, Wish{Answers: []Answer{{Table: "deals", Column: "Close date", Option: "mdy"}}})
	if got := columnNamed(t, p, "Close date"); got.Format != "dmy" {
		t.Errorf("format %q", got.Format)
	}
	if !slices.ContainsFunc(p.Warnings, func(w Warning) bool { return w.Reason.Code == "answer_unfit" }) {
		t.Errorf("warns of %v", p.Warnings)
	}
}

func columnNamed(t testing.TB, p Proposal, header string) ColumnDecision {
	t.Helper()
	for _, table := range p.Tables {
		for _, c := range table.Columns {
			if c.Header == header {
				return c
			}
		}
	}
	t.Fatalf("no column %q", header)
	return ColumnDecision{}
}

func TestProposeDecidesFormats(t *testing.T) {
	cases := []struct{ name, header, values, column, want string }{
		{"decimal comma", "Deal name,Stage,Amount,Owner", "A,New,\"1.234,50\",Ann\nB,New,\"7,25\",Ann", "Amount", "comma"},
		{"currency sign", "Deal name,Stage,Amount,Owner", "A,New,10.50 €,Ann\nB,New,7.25 €,Ann", "Amount", "point EUR"},
		{"probability to 1", "Deal name,Stage,Amount,Probability", "A,New,1,0.25\nB,New,2,1", "Probability", "point"},
		{"probability to 100", "Deal name,Stage,Amount,Probability", "A,New,1,25\nB,New,2,1", "Probability", "percent"},
		{"probability with a sign", "Deal name,Stage,Amount,Probability", "A,New,1,1%\nB,New,2,0%", "Probability", "percent"},
		{"iso dates", "Deal name,Stage,Amount,Close date", "A,New,1,2024-05-06\nB,New,2,2024-05-07", "Close date", ""},
		{"points are day first", "Deal name,Stage,Amount,Close date", "A,New,1,05.06.2024\nB,New,2,07.06.2024", "Close date", "dmy"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := propose(t, []Described{tableOf(t, "deals", c.header+"\n"+c.values+"\n")}, Wish{})
			if got := columnNamed(t, p, c.column); got.Format != c.want || got.Target == "" {
				t.Errorf("%s → %s %q, want %q; asks %v", c.column, got.Target, got.Format, c.want, p.Questions)
			}
		})
	}
}

func TestProposeAsksForDecimalAndCurrency(t *testing.T) {
	p := propose(t, []Described{tableOf(t, "deals", "Deal name,Stage,Amount,Owner\nA,New,\"1,234\",Ann\nB,New,\"2,500\",Ann\n")}, Wish{})
	if len(p.Questions) != 1 || p.Questions[0].Code != QuestionDecimal || !slices.Equal(p.Questions[0].Options, []string{"point", "comma"}) {
		t.Errorf("asks %+v", p.Questions)
	}
	p = propose(t, []Described{tableOf(t, "deals", "Deal name,Stage,Amount,Owner\nA,New,10.50 kr,Ann\nB,New,7.25 kr,Ann\n")}, Wish{})
	if len(p.Questions) != 1 || p.Questions[0].Code != QuestionCurrency || !slices.Contains(p.Questions[0].Options, "NOK") {
		t.Errorf("asks %+v", p.Questions)
	}
	both := tableOf(t, "deals", "Deal name,Stage,Amount,Owner\nA,New,\"1,234 kr\",Ann\nB,New,\"2,500 kr\",Ann\n")
	if p = propose(t, []Described{both}, Wish{}); len(p.Questions) != 2 {
		t.Errorf("asks %+v", p.Questions)
	}
	p = propose(t, []Described{both}, Wish{Answers: []Answer{{"deals", "Amount", "NOK"}, {"deals", "Amount", "point"}}})
	if got := columnNamed(t, p, "Amount"); got.Format != "point NOK" || len(p.Questions) > 0 {
		t.Errorf("format %q, asks %+v", got.Format, p.Questions)
	}
}

func TestProposeObeys(t *testing.T) {
	table := tableOf(t, "staff", "First name,Last name,Email,Department,Job title\nAnn,Lee,ann@acme.example,Sales,AE\n")
	for _, object := range []string{"contact", "person", "lead", "quota"} {
		p := propose(t, []Described{table}, Wish{Objects: map[string]string{"staff": object}})
		if p.Tables[0].Object != object || len(p.Questions) > 0 {
			t.Errorf("%s: %+v", object, p.Tables[0])
		}
	}
	if p := propose(t, []Described{table}, Wish{Objects: map[string]string{"staff": ""}}); p.Tables[0].Object != "" || len(p.Questions) > 0 {
		t.Errorf("not left out: %+v", p)
	}
	if p := propose(t, []Described{table}, Wish{Objects: map[string]string{"staff": "emploie"}}); p.Tables[0].Reason.Code != "table_wrong_object" {
		t.Errorf("an object that does not exist: %v", p.Tables[0].Reason)
	}
	for _, wrong := range []Wish{{Currency: "euro"}, {DateOrder: "dym"}} {
		if _, err := Propose([]Described{table}, wrong); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if p := propose(t, []Described{table}, Wish{Source: "payroll"}); p.Mapping.Source != "payroll" {
		t.Errorf("source %q", p.Mapping.Source)
	}
}

func TestProposeCustomFields(t *testing.T) {
	table := tableOf(t, "deals", "Deal name,Stage,Amount,Owner,Go-live,Go live,Seats,Renewal?,№,Empty\nA,New,1,Ann,13/02/2024,x,5,yes,q,\nB,New,2,Ann,14/02/2024,y,7,no,r,\n")
	p := propose(t, []Described{table}, Wish{CustomFields: true})
	want := map[string]string{"Go-live": "custom.go_live day dmy", "Go live": "custom.go_live_2 text", "Seats": "custom.seats number", "Renewal?": "custom.renewal bool", "№": "custom.column text", "Empty": ""}
	for header, line := range want {
		c := columnNamed(t, p, header)
		if got := strings.TrimSpace(strings.Join([]string{c.Target, string(c.Kind), c.Format}, " ")); got != line {
			t.Errorf("%s → %q, want %q", header, got, line)
		}
	}
	if err := Check(p.Mapping); err != nil {
		t.Error(err)
	}
}

// A column whose name is known but whose values are something else is left out and says so.
func TestProposeMistrustsNames(t *testing.T) {
	p := propose(t, []Described{tableOf(t, "deals", "Deal name,Stage,Amount,Owner,Close date\nA,New,10.5,Ann,soon\nB,New,11.5,Ann,later\n")}, Wish{})
	if c := columnNamed(t, p, "Close date"); c.Target != "" || c.Suggested != "close" || c.Reason.Code != "column_unfit" || !c.Unknown() {
		t.Errorf("%+v", c)
	}
}

// Records that are named but have no table of their own in the import are made; those that have are only looked up.
func TestProposeCreates(t *testing.T) {
	deals := tableOf(t, "deals", "Deal name,Stage,Amount,Owner,Company,Product\nA,New,1,Ann,Acme,GTX\n")
	alone := propose(t, []Described{deals}, Wish{})
	products := tableOf(t, "products", "Product,Series,List price\nGTX,G,10.5\n")
	together := propose(t, []Described{deals, products}, Wish{})
	for header, want := range map[string][2]bool{"Stage": {true, true}, "Owner": {true, true}, "Company": {true, true}, "Product": {true, false}} {
		if got := [2]bool{columnNamed(t, alone, header).Create, columnNamed(t, together, header).Create}; got != want {
			t.Errorf("%s: alone and with products %v, want %v", header, got, want)
		}
	}
}

// A doubtful table does not hold up those that are clear.
func TestProposeAsksOnlyWhatMatters(t *testing.T) {
	deals := tableOf(t, "deals", "Deal name,Stage,Amount,Owner\nA,New,10.5,Ann\n")
	list := tableOf(t, "list", "First name,Last name,Email,Department,Job title\nAnn,Lee,ann@acme.example,Sales,AE\n")
	p := propose(t, []Described{deals, list}, Wish{})
	if len(p.Questions) > 0 || p.Tables[0].Object != "deal" || p.Tables[1].Reason.Code != "table_unsure" {
		t.Errorf("asks %+v of %+v", p.Questions, p.Tables)
	}
}
