// Package fault sorts errors by what the caller can do about them. Domain functions return them, and one adapter each in
// the web, the API and the command line turns the kind into a status, an exit code and words.
package fault
