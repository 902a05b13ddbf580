//go:build !linux

package dbtest

import (
	"os"
	"syscall"
)

// serverAttributes: on these systems a server outlives a test process that was killed.
func serverAttributes() *syscall.SysProcAttr { return nil }

func giveToServer(string) error { return nil }

// isRunning does not know, and so lets everything be.
func isRunning(int) bool { return true }

func fastFolder() string { return os.TempDir() }
