package xlsx

import (
	"slices"
	"testing"
)

func TestFormats(t *testing.T) {
	cases := []struct {
		id       int
		code     string
		want     FormatKind
		literals []string
	}{
		{id: 0, want: FormatNumber}, {id: 14, want: FormatDate}, {id: 22, want: FormatDateTime}, {id: 10, want: FormatPercent}, {id: 46, want: FormatElapsed}, {id: 49, want: FormatText},
		{code: "General", want: FormatNumber},
		{code: "0.00", want: FormatNumber},
		{code: "0.00E+00", want: FormatNumber},
		{code: "0.0%", want: FormatPercent},
		{code: "@", want: FormatText},
		{code: "m/d/yy", want: FormatDate},
		{code: "dd.mm.yyyy", want: FormatDate},
		{code: "mmm", want: FormatDate},
		{code: `[$-419]d\ mmmm\ yyyy\ "г.";@`, want: FormatDate},
		{code: "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", want: FormatDate},
		{code: "yyyy-mm-dd hh:mm:ss", want: FormatDateTime},
		{code: "m/d/yy h:mm AM/PM", want: FormatDateTime},
		{code: "h:mm", want: FormatTime},
		{code: "mm:ss.0", want: FormatTime},
		{code: "h AM/PM", want: FormatTime},
		{code: "[h]:mm:ss", want: FormatElapsed},
		{code: "[mm]:ss", want: FormatElapsed},
		{code: "[Red]0.00;[Blue]-0.00", want: FormatNumber},
		{code: "[$€-407]#,##0.00", want: FormatNumber, literals: []string{"€"}},
		{code: "#,##0.00\\ [$₽-419]", want: FormatNumber, literals: []string{" ", "₽"}},
		{code: `#,##0.00" руб."`, want: FormatNumber, literals: []string{" руб."}},
		{code: `#,##0.00\ \р\у\б\.`, want: FormatNumber, literals: []string{" руб."}},
		{code: `_-* #,##0.00\ "₽"_-;\-* #,##0.00\ "₽"_-`, want: FormatNumber, literals: []string{" ₽"}},
		{code: `"$"#,##0_);\("$"#,##0\)`, want: FormatNumber, literals: []string{"$"}},
		{code: "$#,##0", want: FormatNumber, literals: []string{"$"}},
		{code: `0 "days"`, want: FormatNumber, literals: []string{"days"}},
		{code: `0"unclosed`, want: FormatNumber, literals: []string{"unclosed"}},
		{code: "[unclosed", want: FormatNumber},
		{code: `0\`, want: FormatNumber}, {code: "0_", want: FormatNumber},
	}
	for _, c := range cases {
		got := formatOf(c.id, c.code)
		if got.Kind != c.want || !slices.Equal(got.Literals, c.literals) {
			t.Errorf("format %d %q is %d with %q, want %d with %q", c.id, c.code, got.Kind, got.Literals, c.want, c.literals)
		}
	}
}

func TestColumns(t *testing.T) {
	for ref, want := range map[string]int{"A1": 0, "Z9": 25, "AA1": 26, "xfd1": 16383, "XFE1": -1, "A": -1, "1": -1, "": -1, "AAAA1": -1, "$A1": -1} {
		if got := columnOf([]byte(ref)); got != want {
			t.Errorf("%q stands in column %d, want %d", ref, got, want)
		}
	}
}
