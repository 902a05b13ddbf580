// Package identity knows who works in the company and what they may do: people and the teams they belong to over time, roles
// with their capabilities, the rows that each reaches (Scope), passwords, sessions, API tokens, the audit log of who did
// what, and the company's own settings. Begin with access.go.
package identity
