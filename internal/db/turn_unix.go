//go:build unix && !solaris && !illumos && !aix

package db

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks f against other processes, and reports whether it did; unless wait is set, it gives up at once when
// another has it. On a file system without locks it lets everybody through: SQLite's own locks still keep the data right.
func lockFile(f *os.File, wait bool) bool {
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	return !errors.Is(flock(f, how), syscall.EWOULDBLOCK)
}

func unlockFile(f *os.File) {
	flock(f, syscall.LOCK_UN) // fails only where there are no locks, or after Close
}

// flock repeats the call when a signal to this process, such as the Go runtime's own, interrupts it.
func flock(f *os.File, how int) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	err = conn.Control(func(fd uintptr) {
		for {
			if result = syscall.Flock(int(fd), how); !errors.Is(result, syscall.EINTR) {
				return
			}
		}
	})
	return errors.Join(err, result)
}
