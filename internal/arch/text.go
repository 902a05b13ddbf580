package arch

import (
	"path"
	"regexp"
	"strings"
)

// unwanted is text that no file of the project may hold. The patterns are written so that they do not match themselves.
type unwanted struct {
	pattern *regexp.Regexp
	inTests bool // also in tests
	message string
}

var unwantedTexts = []unwanted{
	{regexp.MustCompile(`(^|[^\w.:/~-])/(work|farm|home|Users|root)/`), true,
		"a path of one machine: make it relative to the repository, or take it from a flag or the environment"},
	{regexp.MustCompile(`(^|[^\w.:/~-])/[t]mp\b`), false,
		"a path of one machine: use os.MkdirTemp, or mktemp in a script"},
	{regexp.MustCompile(`\b((proxy|sum)\.golang|registry\.npmjs|deb\.debian|pypi|files\.pythonhosted)\.org\b|\bregistry\.yarnpkg\.com\b`), true,
		"the host of a package registry: whoever builds chooses theirs in their own settings"},
	{regexp.MustCompile(`(//|#|--|\*)\s*(TO[D]O|FIX[M]E|X[X]X)\b|\b(TO[D]O|FIX[M]E)[:(]`), true,
		"a left-over marker: do it, or open an issue and take the marker out"},
}

// checkTexts looks at every text file but those that come from elsewhere.
func checkTexts(t *tree) []finding {
	var findings []finding
	for name, text := range t.texts {
		if isForeign(name) {
			continue
		}
		test := strings.HasSuffix(name, "_test.go") || isTestHelper(path.Dir(name)) || strings.Contains(name, "testdata/")
		for _, u := range unwantedTexts {
			if test && !u.inTests {
				continue
			}
			for i, line := range strings.Split(text, "\n") {
				if found := u.pattern.FindString(line); found != "" {
					findings = append(findings, finding{name, i + 1, strings.TrimSpace(found) + ": " + u.message})
				}
			}
		}
	}
	return sorted(findings)
}

// isForeign reports whether others wrote the file: licences, checksums, and libraries for the browser.
func isForeign(name string) bool {
	base := path.Base(name)
	return base == "LICENSE" || base == "go.sum" || strings.Contains(base, ".min.") || strings.HasPrefix(name, "internal/web/assets/vendor/")
}
