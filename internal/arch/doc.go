// Package arch holds the rules of the code base as tests: which package may import which, what SQL may say, who writes
// which table, how long a file may be, which licences a dependency may carry. Each rule is a file with its data on top and
// a test beside it that also shows the rule failing on a small sample. Nothing imports this package.
package arch
