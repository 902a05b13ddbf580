// Package mapping says which column of which file becomes which field of which record. A mapping is data: proposed from
// what the file looks like and what the vendors' exports are known to look like, then saved, edited and used again.
package mapping
