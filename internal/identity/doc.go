// Package identity knows who works in the company: people, the teams they belong to over time, the rows each may see, and
// the company's own settings.
package identity
