// Package demo makes a sample company: people who move between teams, accounts in three regions, and years of deals with
// every version they went through. The same seed gives the same company to the last identifier. Facts lists what was
// planted in it (a bottleneck, a star, duplicates), so that whatever analyses the company can be asked to find it again.
package demo
