//go:build !unix || solaris || illumos || aix

package db

import "os"

// lockFile lets every process through on systems without flock: they wait for each other in SQLite's way.
func lockFile(*os.File, bool) bool { return true }

func unlockFile(*os.File) {}
