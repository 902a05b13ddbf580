// Package bench measures what Zveno promises and prints each figure beside its bar. Comparisons are ratios within one run.
// make bench runs it; BENCH=Queries runs one part, and BENCHFLAGS="-deals 100000" a smaller company.
package bench
