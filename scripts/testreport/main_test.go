package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	tests := []struct {
		name, in, out string
		want          report
	}{
		{"passed",
			`{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"output","Package":"p","Output":"PASS\n"}
			{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
			{"Action":"pass","Package":"p"}`,
			"ok  \tp\t0.1s\n",
			report{passed: 1}},
		{"failed",
			`{"Action":"output","Package":"p","Test":"TestA","Output":"a_test.go:3: wrong\n"}
			{"Action":"fail","Package":"p","Test":"TestA"}
			{"Action":"fail","Package":"p"}`,
			"a_test.go:3: wrong\n",
			report{failed: 1, brokenPackages: 1}},
		{"panicked",
			`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: no\n"}
			{"Action":"fail","Package":"p"}`,
			"panic: no\n",
			report{failed: 1, brokenPackages: 1}},
		{"does not build",
			`{"Action":"build-output","ImportPath":"p","Output":"a.go:1: no\n"}
			{"Action":"build-fail","ImportPath":"p"}
			{"Action":"fail","Package":"p","FailedBuild":"p"}`,
			"a.go:1: no\n",
			report{brokenPackages: 1}},
		{"skipped, and a line of something else",
			`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
			{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:9: no server\n"}
			{"Action":"skip","Package":"p","Test":"TestA"}
			ld: warning`,
			"ld: warning",
			report{skipped: 1, skips: []string{"p TestA: a_test.go:9: no server"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			got, err := readReport(strings.NewReader(strings.ReplaceAll(test.in, "\t\t\t", "")), &out)
			if err != nil {
				t.Fatal(err)
			}
			if out.String() != test.out {
				t.Errorf("printed %q, want %q", out.String(), test.out)
			}
			if got.passed != test.want.passed || got.failed != test.want.failed || got.skipped != test.want.skipped ||
				got.brokenPackages != test.want.brokenPackages || strings.Join(got.skips, "|") != strings.Join(test.want.skips, "|") {
				t.Errorf("counted %+v, want %+v", *got, test.want)
			}
		})
	}
}
