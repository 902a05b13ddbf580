// Command testreport reads what go test -json writes and prints what a person wants to know: a line for each package, the
// whole output of tests that failed, the reason of each test that was skipped, and how many of each there were.
package main
